import { committedKinds, findConflict, idOf } from '../change.js'
import { StoredRecord } from '../record.js'
import type { Change, Collection, CommitOutcome, OperationRecord } from '../store.js'
import { makeVersions } from '../versions.js'
import type { Transactions } from './commit-queue.js'
import { checkpoint } from './connection.js'
import type { SqliteDatabase } from './driver.js'
import { prepareWrites } from './statements.js'

/** How far the history may grow past what is kept, so that not every commit has something to forget, and none has much. */
function toSlack (keptChanges: number): number {
  return Math.min(keptChanges / 10, 1_000)
}

/** The transactions of one connection. */
export function makeTransactions (database: SqliteDatabase, keptChanges: number): Transactions {
  const statements = prepareWrites(database)
  const makeVersion = makeVersions()
  let oldest = 0
  let newest = 0

  const write = ({ tenant, owner }: Collection, change: Change): OperationRecord | undefined => {
    const version = makeVersion()
    const id = idOf(change)
    newest += 1
    statements.remember.run(newest, tenant, owner, id, committedKinds[change.kind], version)
    if (change.kind === 'remove') {
      statements.remove.run(tenant, owner, id)
      return undefined
    }
    const { type, created, lastAction, status, text } = change.record
    statements.write.run(tenant, owner, id, type, created, lastAction, status, text, version)
    return new StoredRecord(change.record, version)
  }

  return {
    begin () {
      database.exec('BEGIN IMMEDIATE')
      ;({ oldest, newest } = statements.edges.get() as { oldest: number, newest: number })
    },
    apply (collection, changes): CommitOutcome {
      const records: Array<OperationRecord | undefined> = []
      const before = newest
      if (changes.length > 1) database.exec('SAVEPOINT changes')
      for (const [index, change] of changes.entries()) {
        const found = statements.version.get(collection.tenant, collection.owner, idOf(change))
        const reason = findConflict(change, found?.version)
        if (reason !== undefined) {
          if (changes.length > 1) database.exec('ROLLBACK TO changes; RELEASE changes')
          newest = before
          return { committed: false, index, reason }
        }
        records.push(write(collection, change))
      }
      if (changes.length > 1) database.exec('RELEASE changes')
      return { committed: true, records }
    },
    commit () {
      // the change before the oldest one that counts is kept too: it tells which cursors are of this history
      if (newest - oldest > keptChanges + toSlack(keptChanges)) statements.forget.run(newest - keptChanges)
      database.exec('COMMIT')
    },
    rollback () {
      if (database.isTransaction) database.exec('ROLLBACK')
    },
    touch () {
      statements.write.run('', '', '', '', '', '', 0, '', '')
      statements.remove.run('', '', '')
    },
    reclaim () {
      // what the log has goes to the file, and the next write uses the room of the log again
      checkpoint(database, 'RESTART')
    }
  }
}
