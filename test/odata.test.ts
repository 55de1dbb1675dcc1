import fc from 'fast-check'
import t from 'tap'
import { isDeltaPayload } from '../odata/delta.js'
import { findKey } from '../odata/key.js'

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
