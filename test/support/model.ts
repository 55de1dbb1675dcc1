import { committedKinds, idOf } from '../../storage/change.js'
import { toMeant } from '../../storage/conformance/oracle.js'
import { StoredRecord } from '../../storage/record.js'
import type { Change, Collection, CommitOutcome, CommittedChange, ConflictReason, Key, OperationRecord, OperationStore } from '../../index.js'

interface Shelf {
  records: Map<string, OperationRecord>
  history: CommittedChange[]
}

/** Why a change cannot be made to what is there, from the words of the contract. */
function findReason (change: Change, found: OperationRecord | undefined): ConflictReason | undefined {
  if (change.kind === 'insert') return found === undefined ? undefined : 'exists'
  if (found === undefined) return 'missing'
  return change.expectedVersion === undefined || change.expectedVersion === found.version ? undefined : 'changed'
}

/** The contract in its plainest form: everything is copied, every query looks at every record. It keeps what it has when it is closed. */
export function makeModel (): OperationStore {
  const shelves = new Map<string, Shelf>()
  let versions = 0

  const shelfOf = ({ tenant, owner }: Collection): Shelf => shelves.get(`${tenant}\n${owner}`) ?? { records: new Map(), history: [] }

  return {
    secret: 'x'.repeat(43),
    find: (key: Key) => shelfOf(key).records.get(key.id),
    list (collection, query, page) {
      const { records } = shelfOf(collection)
      return toMeant([...records.values()], query, page).map((id) => records.get(id)!)
    },
    count: (collection, filter) => toMeant([...shelfOf(collection).records.values()], { filter, orderBy: [] }, { limit: Infinity, skip: 0 }).length,
    commit (collection, changes): CommitOutcome {
      const shelf = shelfOf(collection)
      const records = new Map(shelf.records)
      const history = [...shelf.history]
      const made: Array<OperationRecord | undefined> = []
      for (const [index, change] of changes.entries()) {
        const id = idOf(change)
        const reason = findReason(change, records.get(id))
        if (reason !== undefined) return { committed: false, index, reason }
        const version = `v${versions += 1}`
        const record = change.kind === 'remove' ? undefined : new StoredRecord(change.record, version)
        if (record === undefined) records.delete(id)
        else records.set(id, record)
        history.push({ kind: committedKinds[change.kind], id, version })
        made.push(record)
      }
      shelves.set(`${collection.tenant}\n${collection.owner}`, { records, history })
      return { committed: true, records: made }
    },
    changes (collection, cursor, limit) {
      const start = Number(cursor ?? 0)
      const changes = shelfOf(collection).history.slice(start, start + limit)
      return { expired: false, changes, cursor: String(start + changes.length) }
    },
    close: () => undefined
  }
}
