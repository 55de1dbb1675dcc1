import fc from 'fast-check'
import t from 'tap'
import { isDeltaPayload } from '../odata/delta.js'
import { findKey } from '../odata/key.js'
import { countPattern, pageLimits, parsePaging } from '../odata/paging.js'

t.test('a delta payload is known by its context', async (t) => {
  for (const body of [
    { '@context': '#$delta', value: [] },
    { '@odata.context': '#$delta', value: [] },
    { '@odata.context': 'http://localhost/v1.0/$metadata#communications/calls(\'1\')/operations/$delta' },
    { '@context': '$metadata#sites/$delta' }
  ]) t.equal(isDeltaPayload(body), true, JSON.stringify(body))
})

t.test('everything else is no delta payload', async (t) => {
  for (const body of [
    undefined, null, 'text', '#$delta', 5, true, [], ['#$delta'], {},
    { '@context': null }, { '@context': 5 }, { '@context': ['#$delta'] },
    { '@context': '$delta' }, { '@context': '#$deltas' }, { '@context': '#$delta/x' }, { '@context': '#delta' }, { '@context': '#$delta\n' },
    { '@odata.context': '$metadata#sites', '@context': '#$delta' },
    { context: '#$delta' }, { 'x@odata.context': '#$delta' }
  ]) t.equal(isDeltaPayload(body), false, JSON.stringify(body))
})

t.test('a key in parentheses', async (t) => {
  const keys: Array<[string, string | undefined]> = [
    ["operations('a')", 'a'],
    ["operations(id='a')", 'a'],
    ["operations('2291d582-d582-2291-82d5-912282d59122')", '2291d582-d582-2291-82d5-912282d59122'],
    ["operations('it''s')", "it's"],
    ["operations('''')", "'"],
    ["operations('a''b''''c')", "a'b''c"],
    ["operations('')", ''],
    ["operations('a)b(')", 'a)b('],
    ["calls('a')", undefined],
    ['operations', undefined],
    ['operations()', undefined],
    ['operations(a)', undefined],
    ['operations("a")', undefined],
    ["operations('a'b')", undefined],
    ["operations(''')", undefined],
    ["operations('a'", undefined],
    ["operations(key='a')", undefined],
    ["operations( 'a')", undefined],
    ["operations('a')x", undefined],
    ["xoperations('a')", undefined],
    ["operations('a')\n", undefined],
    ["Operations('a')", undefined]
  ]
  for (const [segment, key] of keys) t.equal(findKey(segment, 'operations'), key, segment)
})

t.test('any key survives being quoted', async (t) => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (key, isNamed) => {
    const segment = `operations(${isNamed ? 'id=' : ''}'${key.replaceAll("'", "''")}')`
    return findKey(segment, 'operations') === key
  }))
  t.pass('held')
})

t.test('a count is up to nine digits', async (t) => {
  const pattern = new RegExp(countPattern)
  for (const text of ['0', '1', '007', '999999999']) t.match(text, pattern)
  for (const text of ['', '-1', '+1', '1.5', '1e3', ' 1', '1 ', '0x10', '1234567890', '१', 'NaN']) t.notMatch(text, pattern, JSON.stringify(text))
})

t.test('a page without options is the first hundred', async (t) => {
  t.strictSame(parsePaging({}), { top: 100, skip: 0 })
})

t.test('the limits of paging are those of the design', async (t) => {
  t.strictSame(pageLimits, { defaultTop: 100, maxTop: 1000, maxSkip: 10_000 })
})

t.test('paging up to its limits', async (t) => {
  t.strictSame(parsePaging({ $top: '1', $skip: '0' }), { top: 1, skip: 0 })
  t.strictSame(parsePaging({ $top: '1000', $skip: '10000' }), { top: 1000, skip: 10_000 })
  t.strictSame(parsePaging({ $top: '007' }), { top: 7, skip: 0 })
  t.strictSame(parsePaging({ $skip: '12' }), { top: 100, skip: 12 })
})

t.test('paging over its limits names option and limit', async (t) => {
  t.throws(() => parsePaging({ $top: '0' }), { kind: 'invalidRequest', statusCode: 400, code: 'invalidRequest', target: '$top', message: '$top must be from 1 to 1000' })
  t.throws(() => parsePaging({ $top: '1001' }), { target: '$top', message: '$top must be from 1 to 1000' })
  t.throws(() => parsePaging({ $skip: '10001' }), { target: '$skip', message: '$skip must be from 0 to 10000', details: [{ target: '$skip', message: '$skip must be from 0 to 10000' }] })
  t.throws(() => parsePaging({ $skip: '999999999' }), { target: '$skip', message: '$skip must be from 0 to 10000' })
})
