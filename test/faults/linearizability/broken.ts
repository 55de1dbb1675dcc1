import { setImmediate as nextTurn } from 'node:timers/promises'
import { memoryStore } from '../../../index.js'
import type { Change, CommitOutcome, OperationRecord, OperationStore } from '../../../index.js'
import { StoredRecord } from '../../../storage/record.js'

/*
 * Stores that break their contract in one way each, as a store could by mistake.
 */

/** A memory store whose answers are there at once. */
interface Sudden extends OperationStore {
  readonly find: (...given: Parameters<OperationStore['find']>) => OperationRecord | undefined
  readonly commit: (...given: Parameters<OperationStore['commit']>) => CommitOutcome
}

const makeSudden = memoryStore as () => Sudden

/** Answers later, as stores do that are somewhere else, so that requests meet in between. */
function delay (store: OperationStore): OperationStore {
  return {
    ...store,
    async find (key) {
      await nextTurn()
      const found = await store.find(key)
      await nextTurn()
      return found
    },
    async commit (collection, changes) {
      await nextTurn()
      const outcome = await store.commit(collection, changes)
      await nextTurn()
      return outcome
    }
  }
}

/** A cache of reads that writes do not clear. */
function staleReads (inner: Sudden): OperationStore {
  const cache = new Map<string, { readonly record: OperationRecord | undefined, readonly until: number }>()
  return {
    ...inner,
    find (key) {
      const cached = cache.get(key.id)
      if (cached !== undefined && performance.now() < cached.until) return cached.record
      const record = inner.find(key)
      cache.set(key.id, { record, until: performance.now() + 20 })
      return record
    }
  }
}

/** Replaces and removes whatever version is there: none in the WHERE of its UPDATE. */
function noVersionCheck (inner: Sudden): OperationStore {
  return {
    ...inner,
    commit: (collection, changes) => inner.commit(collection, changes.map((change): Change => {
      if (change.kind === 'insert') return change
      if (change.kind === 'remove') return { kind: 'remove', id: change.id }
      return { ...change, expectedVersion: inner.find({ ...collection, id: change.record.id })?.version ?? change.expectedVersion }
    }))
  }
}

/** Says of every second removal that it was made, and does not make it. */
function unmadeRemovals (inner: Sudden): OperationStore {
  let removals = 0
  return {
    ...inner,
    commit (collection, changes) {
      const [change] = changes
      if (change?.kind !== 'remove') return inner.commit(collection, changes)
      removals += 1
      return removals % 2 === 0 ? { committed: true, records: [undefined] } : inner.commit(collection, changes)
    }
  }
}

/** Counts the versions of an operation from 1 each time its id is inserted. */
function versionsRestart (inner: Sudden): OperationStore {
  const counts = new Map<string, number>()
  const show = (record: OperationRecord): OperationRecord => new StoredRecord(record, String(counts.get(record.id)))
  const findReal = (collection: { tenant: string, owner: string }, id: string, expected: string): string => {
    const found = inner.find({ ...collection, id })
    return found !== undefined && show(found).version === expected ? found.version : 'another'
  }
  return {
    ...inner,
    find (key) {
      const found = inner.find(key)
      return found && show(found)
    },
    commit (collection, changes) {
      const outcome = inner.commit(collection, changes.map((change): Change => {
        if (change.kind === 'insert' || change.expectedVersion === undefined) return change
        return { ...change, expectedVersion: findReal(collection, change.kind === 'remove' ? change.id : change.record.id, change.expectedVersion) }
      }))
      if (!outcome.committed) return outcome
      const records = outcome.records.map((record, index) => {
        if (record === undefined) return undefined
        counts.set(record.id, changes[index]?.kind === 'insert' ? 1 : Number(counts.get(record.id)) + 1)
        return show(record)
      })
      return { ...outcome, records }
    }
  }
}

/** Stores only a part of what it says it stored. */
function tornWrites (inner: Sudden): OperationStore {
  const tear = (text: string): string => {
    const { last: _last, ...members } = JSON.parse(text) as Record<string, unknown>
    return JSON.stringify(members)
  }
  return {
    ...inner,
    commit (collection, changes) {
      const outcome = inner.commit(collection, changes.map((change) => change.kind === 'replace' ? { ...change, record: { ...change.record, text: tear(change.record.text) } } : change))
      if (!outcome.committed) return outcome
      return { ...outcome, records: outcome.records.map((record, index) => {
        const change = changes[index] as Change
        return record && change.kind === 'replace' ? new StoredRecord(change.record, record.version) : record
      }) }
    }
  }
}

/** A store that is right. */
export const soundStore = (): OperationStore => delay(makeSudden())

export const brokenStores: Readonly<Record<string, () => OperationStore>> = Object.fromEntries(
  Object.entries({ staleReads, noVersionCheck, unmadeRemovals, versionsRestart, tornWrites })
    .map(([name, spoil]) => [name, () => delay(spoil(makeSudden()))])
)
