import assert from 'node:assert/strict'
import type { Expression, Query } from '../query/tree.js'
import { scanLimit } from '../query/run.js'
import { ScanLimitError } from '../store.js'
import type { Awaitable, NewRecord, OperationRecord, OperationStore } from '../store.js'
import type { Cases } from './case.js'
import { here, insert, insertAll, otherOwner, toRecord } from './case.js'
import { among, and, call, column, compare, flag, label, or } from './expressions.js'

const toInstant = (n: number): string => `2020-01-01T00:00:00.${String(n).padStart(7, '0')}Z`

/** Fifty of them run. */
const records: readonly NewRecord[] = Array.from({ length: scanLimit + 1 }, (_, n) => ({ ...toRecord(`op-${String(n).padStart(5, '0')}`, 0, { label: `${n % 7}` }), created: toInstant(n), status: n < 50 ? 1 : 3 }))

async function insertMany (store: OperationStore, many: readonly NewRecord[]): Promise<void> {
  for (let n = 0; n < many.length; n += 1_000) await Promise.all(many.slice(n, n + 1_000).map(async (record) => await insertAll(store, here, record)))
}

/** How many records a query finds, or that it would read too many. */
async function answerOf (run: () => Awaitable<number | readonly OperationRecord[]>): Promise<number | 'too many'> {
  try {
    const found = await run()
    return typeof found === 'number' ? found : found.length
  } catch (error) {
    assert.ok(error instanceof ScanLimitError, String(error))
    assert.equal(error.limit, scanLimit)
    return 'too many'
  }
}

type Answer = (store: OperationStore) => Awaitable<number | readonly OperationRecord[]>

const list = (filter: Expression | undefined, by: Query['orderBy'][number]['by'] | undefined, limit = 5, skip = 0): Answer => (store) => store.list(here, { filter, orderBy: by === undefined ? [] : [{ by, descending: false }] }, { limit, skip })
const count = (filter: Expression): Answer => (store) => store.count(here, filter)
const running = compare(column('status'), 'eq', 1)

/** What is answered of as many records as may be read, and of one more. */
const answers: ReadonlyArray<readonly [name: string, answer: Answer, ofMost: number, ofMore: number | 'too many']> = [
  ['an order without an index', list(undefined, label), 5, 'too many'],
  ['a filter without an index that nothing passes', list(compare(label, 'eq', 'x'), undefined), 0, 'too many'],
  ['a filter without an index that fills the page', list(compare(label, 'eq', '3'), undefined), 5, 5],
  ['a filter without an index that fills the page late', list(call('startswith', column('id'), 'op-0999'), undefined, 10), 10, 10],
  ['a filter without an index that does not fill the page', list(call('startswith', column('id'), 'op-0999'), undefined, 11), 10, 'too many'],
  ['a count without an index', count(compare(label, 'eq', '3')), 1_429, 'too many'],
  ['a count by an index', count(compare(column('status'), 'ge', 0)), scanLimit, scanLimit + 1],
  ['a count of a small range', count(and(running, compare(label, 'eq', '3'))), 7, 7],
  ['a small range in an order without an index', list(running, label, 99), 50, 50],
  ['a small range that nothing passes, in another order', list(and(running, compare(label, 'eq', 'x')), column('id')), 0, 0],
  ['single records in an order without an index', list(among(column('id'), 'op-00001', 'op-00003'), label), 2, 2],
  ['the end of an index', list(undefined, column('created'), 5, scanLimit - 1), 1, 2]
]

/** How much is read for a query that no index serves. A store with other bounds skips these. */
export const limitCases: Cases = {
  'limits: what no index serves is read up to 10,000 records': async (store) => {
    await insertMany(store, records.slice(0, scanLimit))
    for (const [name, answer, ofMost] of answers) assert.equal(await answerOf(async () => await answer(store)), ofMost, name)
    await insertMany(store, records.slice(scanLimit))
    for (const [name, answer, , ofMore] of answers) assert.equal(await answerOf(async () => await answer(store)), ofMore, `${name}, of one more`)
    // each collection for itself
    await store.commit(otherOwner, [insert(records[0]!)])
    assert.equal((await store.list(otherOwner, { orderBy: [{ by: label, descending: false }] }, { limit: 5, skip: 0 })).length, 1)
  },

  'limits: a long filter is checked of fewer records': async (store) => {
    // 48 terms: 10,000 * 12 / 48
    const filter = or(...Array.from({ length: 15 }, () => call('contains', label, 'x')), flag, flag)
    await insertMany(store, records.slice(0, 2_500))
    const queries: Answer[] = [() => store.count(here, filter), () => store.list(here, { filter, orderBy: [] }, { limit: 5, skip: 0 }), () => store.list(here, { filter, orderBy: [{ by: label, descending: true }] }, { limit: 5, skip: 0 })]
    for (const [n, query] of queries.entries()) assert.deepEqual(await query(store), n === 0 ? 0 : [])
    await insertMany(store, records.slice(2_500, 2_501))
    for (const query of queries) await assert.rejects(async () => await query(store), new ScanLimitError(2_500))
  }
}
