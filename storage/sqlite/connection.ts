import { hostErrors } from '../../errors.js'
import { untilFree } from './busy.js'
import type { SqliteDatabase, SqliteDriver } from './driver.js'
import { checkOwner, configure, migrate } from './migrations.js'

/**
 * Opens the file, and makes it if it is not there.
 * @throws OPS_ERR_SQLITE_FILE
 */
export async function open ({ DatabaseSync }: SqliteDriver, file: string, busyTimeoutMillis: number): Promise<SqliteDatabase> {
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

/** A further connection to a file that is open already; it reads only. */
export async function openReader ({ DatabaseSync }: SqliteDriver, file: string, busyTimeoutMillis: number): Promise<SqliteDatabase> {
  const database = new DatabaseSync(file)
  await untilFree(() => { configure(database) }, busyTimeoutMillis)
  database.exec('PRAGMA query_only=1')
  return database
}

/** The path of a connection's file, which no change of the working directory changes. */
export function toPath (database: SqliteDatabase): string {
  return (database.prepare("SELECT file FROM pragma_database_list WHERE name = 'main'").get() as { file: string }).file
}

/** Pages of a write-ahead log, -1 where that could not be found out. */
export interface LogState {
  /** Those it has since it began. */
  readonly pages: number
  /** Those of them that the file has too. */
  readonly copied: number
}

function toState (ask: () => unknown): LogState {
  try {
    const { log, checkpointed } = ask() as { log: number, checkpointed: number }
    return { pages: log, copied: checkpointed }
  } catch {
    // the next one takes it along
    return { pages: -1, copied: -1 }
  }
}

/**
 * Copies what the write-ahead log has into the file. A full disk or another connection may keep it from that, which
 * harms nothing: what is committed stays in the log.
 * @see https://sqlite.org/pragma.html#pragma_wal_checkpoint
 */
export function checkpoint (database: SqliteDatabase, mode: 'PASSIVE' | 'RESTART' | 'TRUNCATE'): LogState {
  return toState(() => database.prepare(`PRAGMA wal_checkpoint(${mode})`).get())
}

/** Makes what looks at the write-ahead log and leaves it as it is. */
export function makeLook (database: SqliteDatabase): () => LogState {
  const statement = database.prepare('PRAGMA wal_checkpoint(NOOP)')
  return () => toState(() => statement.get())
}
