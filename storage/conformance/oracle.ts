import assert from 'node:assert/strict'
import { evaluate } from '../query/evaluate.js'
import { compareSortKeys, toSortKey, toTotalOrder } from '../query/order.js'
import type { Expression, Order, Page, Query, Scalar } from '../query/tree.js'
import type { Collection, OperationRecord, OperationStore } from '../store.js'
import { column } from './expressions.js'

/** What a query means, said by looking at every record: the ids of its page. */
export function toMeant (records: readonly OperationRecord[], query: Query, { limit, skip, after }: Page): string[] {
  const total = toTotalOrder(query)
  return records
    .filter((record) => query.filter === undefined || evaluate(query.filter, record) === true)
    .map((record) => ({ id: record.id, key: toSortKey(record, total) }))
    .filter(({ key }) => after === undefined || compareSortKeys(key, after, total) > 0)
    .sort((a, b) => compareSortKeys(a.key, b.key, total))
    .slice(skip, skip + limit)
    .map(({ id }) => id)
}

/** A whole list, a part of it, every page, and the count of a query are what it means. */
export async function checkQuery (store: OperationStore, collection: Collection, records: readonly OperationRecord[], query: Query, pageSize: number): Promise<void> {
  const name = JSON.stringify(query)
  const whole = { limit: records.length + 1, skip: 0 }
  const meant = toMeant(records, query, whole)
  assert.deepEqual((await store.list(collection, query, whole)).map(({ id }) => id), meant, name)
  assert.equal(await store.count(collection, query.filter), meant.length, `the count: ${name}`)
  assert.deepEqual(await readPages(store, collection, query, pageSize), meant, `pages of ${pageSize}: ${name}`)
  // from the place of any record on, whether the filter lets it through or not
  const place = records[pageSize * 7 % records.length] as OperationRecord
  const page = { limit: pageSize, skip: pageSize - 1, after: toSortKey(place, toTotalOrder(query)) }
  assert.deepEqual((await store.list(collection, query, page)).map(({ id }) => id), toMeant(records, query, page), `after ${place.id}, without ${page.skip}: ${name}`)
}

/** Queries that are asked at the same time. */
const atOnce = 8

/** What filters let through is what they mean. */
export async function checkFilters (store: OperationStore, collection: Collection, records: readonly OperationRecord[], filters: readonly Expression[], by: Order['by'] = column('id')): Promise<void> {
  const page = { limit: records.length + 1, skip: 0 }
  const check = async (filter: Expression): Promise<void> => {
    const query: Query = { filter, orderBy: [{ by, descending: false }] }
    assert.deepEqual((await store.list(collection, query, page)).map(({ id }) => id), toMeant(records, query, page), JSON.stringify(filter))
  }
  for (let n = 0; n < filters.length; n += atOnce) await Promise.all(filters.slice(n, n + atOnce).map(check))
}

/** Every page of a query, each beginning after the last record of the one before. */
export async function readPages (store: OperationStore, collection: Collection, query: Query, limit: number, betweenPages: (page: number) => Promise<void> = async () => undefined): Promise<string[]> {
  const ids: string[] = []
  const total = toTotalOrder(query)
  let after: readonly Scalar[] | undefined
  for (let page = 1; page <= 100; page += 1) {
    const found = await store.list(collection, query, { limit, skip: 0, after })
    ids.push(...found.map(({ id }) => id))
    const last = found.at(-1)
    if (last === undefined || found.length < limit) return ids
    after = toSortKey(last, total)
    await betweenPages(page)
  }
  throw new assert.AssertionError({ message: 'the pages do not end' })
}
