import { checkKeptChanges, committedKinds, findFirstConflict, idOf } from '../change.js'
import { makeCursors } from '../cursors.js'
import type { Place } from '../cursors.js'
import { StoredRecord } from '../record.js'
import { StoreUnavailableError } from '../store.js'
import { runCount, runList } from '../query/run.js'
import type { Column, Expression, Page, Query } from '../query/tree.js'
import type { Awaitable, Change, ChangesPage, Collection, CommitOutcome, CommittedChange, Key, OperationRecord, OperationStore } from '../store.js'
import { makeMark, makeSecret, makeVersions } from '../versions.js'
import { makeScanner } from './scanner.js'
import { SortedIndex } from './sorted-index.js'
import type { SortedRecords } from './sorted.js'

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** How many changes of each collection are kept for followers. Default 10,000. */
  readonly keptChanges?: number
}

interface Shelf {
  readonly records: Map<string, OperationRecord>
  /** `records` in the order of an index, from the first query that reads it on. */
  readonly sorted: Map<Column, SortedIndex>
  readonly history: Array<CommittedChange & { readonly sequence: number }>
  /** The sequence number of the newest change that the history no longer has. */
  forgotten: number
}

function sortedBy ({ records, sorted }: Shelf, index: Column): Awaitable<SortedRecords> {
  const known = sorted.get(index) ?? new SortedIndex(index, records)
  sorted.set(index, known)
  return known.read()
}

/** Keeps operations in this process's memory: for tests, and for a local server whose state may go with it. */
export function memoryStore ({ keptChanges = 10_000 }: MemoryStoreOptions = {}): OperationStore {
  checkKeptChanges(keptChanges)
  /** By tenant and owner. */
  const shelves = new Map<string, Map<string, Shelf>>()
  const makeVersion = makeVersions()
  const { toCursor, findSequence } = makeCursors(makeMark())
  // nothing of a history in memory comes back
  const toPlace = (sequence: number): Place => ({ sequence, version: '' })
  let sequence = 0
  let closed = false

  const findShelf = ({ tenant, owner }: Collection): Shelf | undefined => {
    if (closed) throw new StoreUnavailableError('the store is closed')
    return shelves.get(tenant)?.get(owner)
  }

  const getShelf = (collection: Collection): Shelf => {
    const found = findShelf(collection)
    if (found !== undefined) return found
    const shelf: Shelf = { records: new Map(), sorted: new Map(), history: [], forgotten: 0 }
    const owners = shelves.get(collection.tenant) ?? new Map<string, Shelf>()
    shelves.set(collection.tenant, owners.set(collection.owner, shelf))
    return shelf
  }

  const apply = (shelf: Shelf, change: Change): OperationRecord | undefined => {
    sequence += 1
    const version = makeVersion()
    const id = idOf(change)
    const record = change.kind === 'remove' ? undefined : new StoredRecord(change.record, version)
    const before = shelf.records.get(id)
    if (record === undefined) shelf.records.delete(id)
    else shelf.records.set(id, record)
    for (const sorted of shelf.sorted.values()) sorted.touch(id, before)
    shelf.history.push({ kind: committedKinds[change.kind], id, version, sequence })
    // trimmed a half at a time, so that one write in many pays for it
    if (shelf.history.length >= 2 * keptChanges) {
      const dropped = shelf.history.splice(0, shelf.history.length - keptChanges)
      shelf.forgotten = (dropped.at(-1) as (typeof dropped)[number]).sequence
    }
    return record
  }

  return {
    system: 'memory',
    secret: makeSecret(),

    find: (key: Key) => findShelf(key)?.records.get(key.id),

    list (collection: Collection, query: Query, page: Page) {
      const shelf = findShelf(collection)
      return shelf === undefined ? [] : runList(makeScanner((index) => sortedBy(shelf, index)), query, page)
    },

    count (collection: Collection, filter?: Expression) {
      const shelf = findShelf(collection)
      if (shelf === undefined || filter === undefined) return shelf?.records.size ?? 0
      return runCount(makeScanner((index) => sortedBy(shelf, index)), filter)
    },

    commit (collection: Collection, changes: readonly Change[]): CommitOutcome {
      const shelf = getShelf(collection)
      const conflict = findFirstConflict(changes, (id) => shelf.records.get(id)?.version)
      if (conflict !== undefined) return { committed: false, ...conflict }
      return { committed: true, records: changes.map((change) => apply(shelf, change)) }
    },

    changes (collection: Collection, cursor: string | undefined, limit: number): ChangesPage {
      const shelf = findShelf(collection)
      const { forgotten, history } = shelf ?? { forgotten: 0, history: [] }
      const after = cursor === undefined ? forgotten : findSequence(cursor)
      if (after === undefined || after < forgotten || (cursor !== undefined && toCursor(toPlace(after)) !== cursor)) return { expired: true }
      const found = history.filter((change) => change.sequence > after).slice(0, limit)
      return {
        expired: false,
        changes: found.map(({ kind, id, version }) => ({ kind, id, version })),
        cursor: toCursor(toPlace(found.at(-1)?.sequence ?? after))
      }
    },

    close () {
      closed = true
      shelves.clear()
    }
  }
}
