import { committedKinds, findConflict, idOf } from '../change.js'
import { StoredRecord } from '../record.js'
import type { Change, CommitOutcome, Key, NewRecord, OperationRecord } from '../store.js'
import { makeVersions } from '../versions.js'
import { makeCollectionNumbers } from './collection-numbers.js'
import type { Transactions } from './commit-queue.js'
import { checkpoint } from './connection.js'
import type { SqliteDatabase } from './driver.js'
import type { KeptRecords } from './kept-records.js'
import { prepareWrites } from './statements.js'
import type { State } from './statements.js'

/** How far the history may grow past what is kept, so that not every commit has something to forget, and none has much. */
function toSlack (keptChanges: number): number {
  return Math.min(keptChanges / 10, 1_000)
}

/**
 * The transactions of one connection, whose records `kept` knows as far as they are committed. `onCommitted` is called
 * after each, and must not throw: what is committed would be taken for what failed.
 */
export function makeTransactions (database: SqliteDatabase, keptChanges: number, kept: KeptRecords, onCommitted: () => void): Transactions {
  const statements = prepareWrites(database)
  const numbers = makeCollectionNumbers(statements)
  const makeVersion = makeVersions()
  let oldest = 0
  let newest = 0

  /** What the open transaction has written, in order. */
  let written: Array<{ readonly key: Key, readonly record: OperationRecord | undefined }> = []

  const find = (key: Key): State | undefined => kept.find(key) ?? statements.state.get(key.tenant, key.owner, key.id)

  const store = (collection: number, id: string, { type, created, lastAction, status, text }: NewRecord, version: string, found: State | undefined): void => {
    if (found?.type !== type || found.created !== created) statements.write.run(collection, id, type, created, lastAction, status, text, version)
    else if (found.status === status) statements.progress.run(lastAction, text, version, collection, id)
    else statements.advance.run(status, lastAction, text, version, collection, id)
  }

  const write = (key: Key, change: Change, found: State | undefined): OperationRecord | undefined => {
    const { id } = key
    const collection = numbers.get(key)
    const version = makeVersion()
    newest += 1
    statements.remember.run(newest, collection, id, committedKinds[change.kind], version)
    if (change.kind === 'remove') statements.remove.run(collection, id)
    else store(collection, id, change.record, version, found)
    const record = change.kind === 'remove' ? undefined : new StoredRecord(change.record, version)
    // until it is committed the file alone knows
    kept.forget(key)
    written.push({ key, record })
    return record
  }

  return {
    begin () {
      written = []
      numbers.forget()
      database.exec('BEGIN IMMEDIATE')
      kept.verify()
      ;({ oldest, newest } = statements.edges.get() as { oldest: number, newest: number })
    },
    apply (collection, changes): CommitOutcome {
      const records: Array<OperationRecord | undefined> = []
      const before = { newest, written: written.length }
      if (changes.length > 1) database.exec('SAVEPOINT changes')
      for (const [index, change] of changes.entries()) {
        const key = { tenant: collection.tenant, owner: collection.owner, id: idOf(change) }
        const found = find(key)
        const reason = findConflict(change, found?.version)
        if (reason !== undefined) {
          if (changes.length > 1) database.exec('ROLLBACK TO changes; RELEASE changes')
          numbers.forget()
          newest = before.newest
          written.length = before.written
          return { committed: false, index, reason }
        }
        records.push(write(key, change, found))
      }
      if (changes.length > 1) database.exec('RELEASE changes')
      return { committed: true, records }
    },
    commit () {
      // the change before the oldest one that counts is kept too: it tells which cursors are of this history
      if (newest - oldest > keptChanges + toSlack(keptChanges)) {
        statements.leave.run(newest - keptChanges)
        statements.forget.run(newest - keptChanges)
      }
      database.exec('COMMIT')
      for (const { key, record } of written) if (record === undefined) kept.forget(key); else kept.keep(key, record)
      onCommitted()
    },
    rollback () {
      if (database.isTransaction) database.exec('ROLLBACK')
    },
    touch () {
      statements.write.run(0, '', '', '', '', 0, '', '')
      statements.remove.run(0, '')
    },
    reclaim () {
      // what the log has goes to the file, and the next write uses the room of the log again
      checkpoint(database, 'RESTART')
    }
  }
}
