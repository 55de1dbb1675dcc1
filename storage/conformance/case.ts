import assert from 'node:assert/strict'
import { everything } from '../query/tree.js'
import type { Change, Collection, CommitOutcome, CommittedChange, NewRecord, OperationRecord, OperationStore } from '../store.js'

/** Stores that a case asks for beside its own. The runner closes them. */
export interface OtherStores {
  /** A new, empty one. */
  readonly makeStore: () => Promise<OperationStore>
  /** One more over what a store keeps, whether that one is still open or not. */
  readonly makePeer: (store: OperationStore) => Promise<OperationStore>
}

/** One rule of the contract, on an empty store. */
type Case = (store: OperationStore, others: OtherStores) => Promise<void>

/** Cases by what they hold. */
export type Cases = Readonly<Record<string, Case>>

export const here: Collection = { tenant: 'tenant-a', owner: 'sites/one' }
export const otherOwner: Collection = { tenant: 'tenant-a', owner: 'sites/two' }
export const otherTenant: Collection = { tenant: 'tenant-b', owner: 'sites/one' }

/** A record as the domain makes them; `second` places it in the default order. */
export function toRecord (id: string, second = 0, members: Record<string, unknown> = {}): NewRecord {
  const type = 'microsoft.graph.onenoteOperation'
  const created = `2016-12-31T23:57:${String(second).padStart(2, '0')}.8757278Z`
  return { id, type, created, lastAction: '', status: -1, text: JSON.stringify({ '@odata.type': `#${type}`, id, ...members }) }
}

export const insert = (record: NewRecord): Change => ({ kind: 'insert', record })

export async function insertAll (store: OperationStore, collection: Collection, ...records: NewRecord[]): Promise<OperationRecord[]> {
  return recordsOf(await store.commit(collection, records.map(insert)))
}

/** What a commit stored. */
export function recordsOf (outcome: CommitOutcome): OperationRecord[] {
  assert.ok(outcome.committed, 'committed')
  return outcome.records as OperationRecord[]
}

export async function idsOf (store: OperationStore, collection: Collection, limit = 100, skip = 0): Promise<string[]> {
  return (await store.list(collection, everything, { limit, skip })).map(({ id }) => id)
}

/** The whole history of a collection, read in pages of `limit`. */
export async function readHistory (store: OperationStore, collection: Collection, limit: number, from?: string): Promise<{ changes: CommittedChange[], cursor: string }> {
  const changes: CommittedChange[] = []
  let cursor = from
  for (;;) {
    const page = await store.changes(collection, cursor, limit)
    assert.ok(!page.expired, 'the cursor is good')
    cursor = page.cursor
    if (page.changes.length === 0) return { changes, cursor }
    assert.equal(page.changes.length <= limit, true)
    changes.push(...page.changes)
  }
}

/** Choices that are the same in every run, so that what fails can be made again. */
export interface Choices {
  /** A whole number from 0 to below `end`. */
  readonly below: (end: number) => number
  readonly pick: <T>(from: readonly T[]) => T
}

/** @see Numerical Recipes, 7.1: a linear congruential generator; its high bits are enough to choose cases */
export function makeChoices (seed: number): Choices {
  let state = seed
  const below = (end: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(state / 2 ** 32 * end)
  }
  return { below, pick: <T>(from: readonly T[]) => from[below(from.length)] as T }
}
