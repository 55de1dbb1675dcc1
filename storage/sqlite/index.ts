import { andThen } from '../awaitable.js'
import { checkKeptChanges } from '../change.js'
import { parseRecord } from '../sql/record-text.js'
import { StoreUnavailableError } from '../store.js'
import type { Expression, Page, Query } from '../query/tree.js'
import type { Awaitable, Change, Collection, Key, OperationRecord, OperationStore } from '../store.js'
import { whenFree } from './busy.js'
import { makeCheckpoints } from './checkpoints.js'
import { CommitQueue } from './commit-queue.js'
import { checkpoint, open, toPath } from './connection.js'
import { chooseDriver } from './driver.js'
import { makeInspection } from './health.js'
import { makeKeptRecords } from './kept-records.js'
import { ReadThread } from './read-thread.js'
import { makeReads } from './reads.js'
import type { Reads } from './reads.js'
import { makeShortReads } from './short-reads.js'
import { makeSnapshots } from './snapshot.js'
import { prepareReads } from './statements.js'
import { makeTransactions } from './writes.js'

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /** The path of the file; it is made if it is not there. */
  readonly file: string
  /** How many changes are kept for followers, over all collections. Default 100,000. */
  readonly keptChanges?: number
  /** How long a call waits while another process holds the file. Milliseconds, default 5,000. */
  readonly busyTimeoutMillis?: number
}

/** Characters of the records that a store keeps at hand. */
const keptCharacters = 1 << 26

/**
 * Keeps operations in one SQLite file: WAL with `synchronous=FULL`, so that an acknowledged write
 * survives a crash and a power cut, and group commit, so that this stays quick. Reads that may take long run
 * on a thread of their own, and so do checkpoints, which would hold the event loop as well.
 *
 * A copy of the file, by `backupSqlite` or any other means, goes on where the file was: with the same `secret`,
 * so that the links of pages go on working, and with the cursors from before the copy was taken. A cursor from
 * later is expired in the copy, however much is written to it: followers read everything again.
 * @throws OPS_ERR_SQLITE_DRIVER, OPS_ERR_SQLITE_FILE
 */
export async function sqliteStore ({ file, keptChanges = 100_000, busyTimeoutMillis = 5_000 }: SqliteStoreOptions): Promise<OperationStore> {
  checkKeptChanges(keptChanges)
  const driver = await chooseDriver()
  // the store holds the database itself, not only its statements: a collected database closes under them
  const database = await open(driver, file, busyTimeoutMillis)
  const statements = prepareReads(database)
  const path = toPath(database)
  const inspect = await makeInspection(path)
  const { secret } = statements.about.get() as { secret: string }
  const kept = makeKeptRecords(keptCharacters, () => (statements.dataVersion.get() as { data_version: number }).data_version)
  const inSnapshot = makeSnapshots(database)
  const readRecord = (key: Key): OperationRecord | undefined => {
    const row = statements.find.get(key.tenant, key.owner, key.id)
    if (row === undefined) return undefined
    const record = parseRecord(row.record)
    kept.keep(key, record)
    return record
  }
  const { short, listKept } = makeShortReads(database, makeReads(database), kept, (key) => kept.find(key) ?? readRecord(key))
  const thread = new ReadThread({ driver: driver.name, file: path, busyTimeoutMillis })
  let closing: Awaitable<void>
  let closed = false
  const onCommitted = makeCheckpoints(database, {
    copy: async () => await thread.copyLog(),
    isFree: () => thread.isIdle,
    hold: async (action) => { await queue.hold(action) },
    isClosed: () => closed
  })
  const queue = new CommitQueue(makeTransactions(database, keptChanges, kept, onCommitted), busyTimeoutMillis, () => store)

  const checkOpen = (): void => {
    if (closed) throw new StoreUnavailableError('the store is closed')
  }

  const read = <T>(action: () => T): Awaitable<T> => whenFree(() => {
    checkOpen()
    return action()
  }, busyTimeoutMillis)

  /** Here when the answer is a short one to find, on the thread otherwise. */
  const readAnywhere = <K extends keyof Reads>(method: K, ...parameters: Parameters<Reads[K]>): Awaitable<ReturnType<Reads[K]>> =>
    andThen(read(() => inSnapshot(() => {
      kept.verify()
      return short[method](...parameters)
    })), (found) => {
      if (found !== undefined) return found
      checkOpen()
      return thread.run(method, ...parameters)
    })

  const end = (): void => {
    // the file alone has everything from here on, even while a driver keeps the connection for its statements
    checkpoint(database, 'TRUNCATE')
    database.close()
  }

  const store: OperationStore = {
    system: 'sqlite',
    secret,
    find: (key: Key) => read(() => {
      const known = kept.find(key)
      // what the file is asked for is as it is now, whoever wrote it
      return known !== undefined && kept.verify() ? known : readRecord(key)
    }),
    list: (collection: Collection, query: Query, page: Page) => andThen(read(() => listKept(collection, query, page)), (found) => found ?? readAnywhere('list', collection, query, page)),
    count: (collection: Collection, filter?: Expression) => readAnywhere('count', collection, filter),
    commit (collection: Collection, changes: readonly Change[]) {
      checkOpen()
      return queue.add(collection, changes)
    },
    changes: (collection: Collection, cursor: string | undefined, limit: number) => readAnywhere('changes', collection, cursor, limit),
    async check () {
      await read(() => statements.about.get())
      const { isCrowded } = await inspect()
      // while all is well nothing is written for a look
      if (isCrowded || queue.hasFailed) await read(() => { queue.rehearse() })
    },
    close () {
      if (closed) return closing
      closed = true
      queue.drain()
      closing = andThen(thread.close(), end)
      return closing
    }
  }
  return store
}
