import { hostErrors } from '../../errors.js'
import { checkKeptChanges, committedKinds, findConflict, idOf } from '../change.js'
import { StoredRecord } from '../record.js'
import { StoreUnavailableError } from '../store.js'
import { runCount, runList } from '../query/run.js'
import type { Expression, Page, Query } from '../query/tree.js'
import type { Change, ChangesPage, Collection, CommitOutcome, Key, OperationRecord, OperationStore } from '../store.js'
import { makeCursors, makeVersions } from '../versions.js'
import { untilFree } from './busy.js'
import { CommitQueue } from './commit-queue.js'
import { chooseDriver } from './driver.js'
import type { SqliteDatabase } from './driver.js'
import { checkOwner, configure, migrate } from './migrations.js'
import { makeRunner, makeScanner } from './scanner.js'
import { prepareStatements, toRecord } from './statements.js'

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /** The path of the file; it is made if it is not there. */
  readonly file: string
  /** How many changes are kept for followers, over all collections. Default 100,000. */
  readonly keptChanges?: number
  /** How long a commit waits while another process writes to the file. Milliseconds, default 5,000. */
  readonly busyTimeoutMillis?: number
}

async function open (file: string, busyTimeoutMillis: number): Promise<SqliteDatabase> {
  const { DatabaseSync } = await chooseDriver()
  let database: SqliteDatabase | undefined
  try {
    const opened = new DatabaseSync(file)
    database = opened
    await untilFree(() => { checkOwner(opened) }, busyTimeoutMillis)
    await untilFree(() => { configure(opened) }, busyTimeoutMillis)
    await untilFree(() => { migrate(opened) }, busyTimeoutMillis)
    return opened
  } catch (error) {
    database?.close()
    throw new hostErrors.OPS_ERR_SQLITE_FILE(file, (error as Error).message, { cause: error })
  }
}

/**
 * Keeps operations in one SQLite file: WAL with `synchronous=FULL`, so that an acknowledged write
 * survives a crash and a power cut, and group commit, so that this stays quick.
 * @throws OPS_ERR_SQLITE_DRIVER, OPS_ERR_SQLITE_FILE
 */
export async function sqliteStore ({ file, keptChanges = 100_000, busyTimeoutMillis = 5_000 }: SqliteStoreOptions): Promise<OperationStore> {
  checkKeptChanges(keptChanges)
  // the store holds the database itself, not only its statements: a collected database closes under them
  const database = await open(file, busyTimeoutMillis)
  const statements = prepareStatements(database)
  const { mark, secret } = database.prepare('SELECT mark, secret FROM about').get() as { mark: string, secret: string }
  const cursors = makeCursors(mark)
  const run = makeRunner(database)
  const makeVersion = makeVersions()
  let closed = false
  let sequence = 0

  const write = ({ tenant, owner }: Collection, change: Change): OperationRecord | undefined => {
    const version = makeVersion()
    const id = idOf(change)
    statements.remember.run(sequence, tenant, owner, id, committedKinds[change.kind], version)
    sequence += 1
    if (change.kind === 'remove') {
      statements.remove.run(tenant, owner, id)
      return undefined
    }
    const { type, created, lastAction, status, text } = change.record
    statements.write.run(tenant, owner, id, type, created, lastAction, status, text, version)
    return new StoredRecord(change.record, version)
  }

  const apply = (collection: Collection, changes: readonly Change[]): CommitOutcome => {
    const records: Array<OperationRecord | undefined> = []
    if (changes.length > 1) database.exec('SAVEPOINT changes')
    for (const [index, change] of changes.entries()) {
      const found = statements.version.get(collection.tenant, collection.owner, idOf(change))
      const reason = findConflict(change, found?.version)
      if (reason !== undefined) {
        if (changes.length > 1) database.exec('ROLLBACK TO changes; RELEASE changes')
        return { committed: false, index, reason }
      }
      records.push(write(collection, change))
    }
    if (changes.length > 1) database.exec('RELEASE changes')
    return { committed: true, records }
  }

  const queue = new CommitQueue({
    begin () {
      database.exec('BEGIN IMMEDIATE')
      sequence = statements.nextSequence.get()?.sequence as number
    },
    apply,
    commit () {
      // a tenth more than asked is kept, so that not every commit has something to forget
      const forgotten = statements.forgotten.get()?.sequence as number
      const last = sequence - 1
      if (last - forgotten > keptChanges * 1.1) statements.forget.run(last - keptChanges)
      database.exec('COMMIT')
    },
    rollback () {
      if (database.isTransaction) database.exec('ROLLBACK')
    }
  }, busyTimeoutMillis)

  const checkOpen = (): void => {
    if (closed) throw new StoreUnavailableError('the store is closed')
  }

  return {
    secret,
    find ({ tenant, owner, id }: Key) {
      checkOpen()
      const row = statements.find.get(tenant, owner, id)
      return row === undefined ? undefined : toRecord(row)
    },
    list (collection: Collection, query: Query, page: Page) {
      checkOpen()
      return runList(makeScanner(run, collection), query, page)
    },
    count (collection: Collection, filter?: Expression) {
      checkOpen()
      return runCount(makeScanner(run, collection), filter)
    },
    commit (collection: Collection, changes: readonly Change[]) {
      checkOpen()
      return queue.add(collection, changes)
    },
    changes ({ tenant, owner }: Collection, cursor: string | undefined, limit: number): ChangesPage {
      checkOpen()
      const forgotten = statements.forgotten.get()?.sequence as number
      const after = cursor === undefined ? forgotten : cursors.findSequence(cursor)
      const last = (statements.nextSequence.get()?.sequence as number) - 1
      if (after === undefined || after < forgotten || after > last) return { expired: true }
      const found = statements.changes.all(tenant, owner, after, limit)
      return {
        expired: false,
        changes: found.map(({ kind, id, version }) => ({ kind, id, version })),
        cursor: cursors.toCursor(found.at(-1)?.sequence ?? after)
      }
    },
    close () {
      if (closed) return
      closed = true
      queue.drain()
      // the file alone has everything from here on, even while a driver keeps the connection for its statements
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      database.close()
    }
  }
}
