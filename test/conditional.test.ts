import type { FastifyReply, FastifyRequest } from 'fastify'
import t from 'tap'
import { addPreferenceApplied, parsePreferences } from '../routes/http/prefer.js'

// --- preferences ---

const preferencesOf = (prefer: string | undefined) => parsePreferences({ headers: { prefer } } as unknown as FastifyRequest)
const none = { return: undefined, createIfMissing: false, continueOnError: false, maxPageSize: undefined }

t.test('preferences are read whatever is around them', async (t) => {
  const cases: Array<[string | undefined, object]> = [
    [undefined, {}], ['', {}], [',', {}], [' , ,', {}], ['respond-async, wait=5', {}], ['=minimal', {}], ['"return=minimal"', {}],
    ['return=minimal', { return: 'minimal' }], ['Return = "Minimal" ; foo=1', { return: 'minimal' }], ['return="representation"', { return: 'representation' }],
    ['return=mini"mal"', {}], ['return="mini\\mal"', { return: 'minimal' }],
    ['return=nothing, return=minimal', {}], ['return=representation, return=minimal', { return: 'representation' }],
    ['x="a, return=minimal"', {}], ['x="a\\", return=minimal', {}], ['x="a\\"b", return=minimal', { return: 'minimal' }], ['x="a\\', {}], ['a b, return=minimal', { return: 'minimal' }],
    ['create-if-missing', { createIfMissing: true }], ['Create-If-Missing=true', { createIfMissing: true }], ['create-if-missing=""', { createIfMissing: true }], ['create-if-missing=false', {}], ['create-if-missing=maybe', {}],
    ['continue-on-error', { continueOnError: true }], ['odata.continue-on-error', { continueOnError: true }], ['OData.Continue-On-Error="TRUE"', { continueOnError: true }], ['odata.continue-on-error=false, continue-on-error', {}],
    ['maxpagesize=5', { maxPageSize: 5 }], ['odata.maxpagesize="007"', { maxPageSize: 7 }], ['odata.MaxPageSize=5;x, maxpagesize=6', { maxPageSize: 5 }],
    ['maxpagesize', {}], ['maxpagesize=0', {}], ['maxpagesize=-1', {}], ['maxpagesize=1.5', {}], ['maxpagesize=1e3', {}], [`maxpagesize=${'9'.repeat(400)}`, { maxPageSize: Number.MAX_SAFE_INTEGER }],
    ['return=minimal; foo="some, parameter";bar, create-if-missing , odata.maxpagesize=2', { return: 'minimal', createIfMissing: true, maxPageSize: 2 }]
  ]
  for (const [header, expected] of cases) t.strictSame(preferencesOf(header), { ...none, ...expected }, String(header))
})

t.test('no preference takes long to read', async (t) => {
  for (const header of [' '.repeat(16_000), `a${' '.repeat(16_000)}b`, `a=${' '.repeat(16_000)}b`, '"\\'.repeat(8_000), '\\"'.repeat(8_000), 'a="'.repeat(5_000), ',"'.repeat(8_000), ';'.repeat(16_000), `return=minimal;${'"'.repeat(15_999)}`]) {
    const start = performance.now()
    preferencesOf(header)
    t.ok(performance.now() - start < 50, header.slice(0, 10))
  }
})

t.test('preferences that were followed are listed together', async (t) => {
  const headers = new Map<string, string>()
  const reply = { getHeader: (name: string) => headers.get(name), header: (name: string, value: string) => headers.set(name, value) } as unknown as FastifyReply
  addPreferenceApplied(reply, 'return=minimal')
  t.equal(headers.get('preference-applied'), 'return=minimal')
  addPreferenceApplied(reply, 'odata.maxpagesize=5')
  t.equal(headers.get('preference-applied'), 'return=minimal, odata.maxpagesize=5')
})
