import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { link, lstat, open, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { hostErrors } from '../../errors.js'
import { chooseDriver } from './driver.js'
import { startThread } from './start-thread.js'

/** Options of {@link backupSqlite}. */
export interface SqliteBackupOptions {
  /** The path of the file that a {@link sqliteStore} keeps, in use or not. */
  readonly file: string
  /** The path of the copy, where nothing may be yet; its folder must be there. */
  readonly target: string
  /** How long to wait while another process holds the file. Milliseconds, default 5,000. */
  readonly busyTimeoutMillis?: number
}

/** What a thread that copies is started with. */
export interface BackupSetup {
  readonly driver: string
  readonly file: string
  readonly target: string
  readonly busyTimeoutMillis: number
}

/** @param look `lstat` sees a link, `stat` what it leads to */
async function findMode (path: string, look: typeof stat): Promise<number | undefined> {
  return await look(path).then(({ mode }) => mode, (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
}

function removeAll (paths: readonly string[]): void {
  for (const path of paths) {
    try {
      rmSync(path, { force: true })
    } catch {
      // what failed may be the folder
    }
  }
}

async function sync (path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Copies and checks on a thread of its own: both take seconds where there is much. */
async function copy (setup: BackupSetup): Promise<void> {
  const worker = startThread('backup', setup)
  // an error is thrown out of this
  await once(worker, 'exit')
}

/**
 * Copies the file of a store, while it is in use or not, to one that a store can be opened on. The copy is the
 * state between two commits; every commit acknowledged before the call is in it. Writers do not wait for it.
 * It gets its name when it is complete, checked and on the disk; a backup that fails leaves nothing behind.
 *
 * The copy has the `secret` of the file, so that it needs the same protection, and it answers to the cursors of
 * the file up to the moment of the copy only: see {@link sqliteStore}.
 * @throws OPS_ERR_SQLITE_DRIVER, OPS_ERR_SQLITE_FILE when the file is no store's, something is at `target`, or
 * the copy cannot be written
 * @see https://sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause
 */
export async function backupSqlite ({ file, target, busyTimeoutMillis = 5_000 }: SqliteBackupOptions): Promise<void> {
  const { name: driver } = await chooseDriver()
  const whole = resolve(target)
  const partial = `${whole}.${randomBytes(6).toString('hex')}.partial`
  const removeLeftovers = (): void => { removeAll(['', '-journal'].map((end) => partial + end)) }
  let culprit = file
  process.once('exit', removeLeftovers)
  try {
    // SQLite would make an empty one
    const mode = await findMode(file, stat)
    if (mode === undefined) throw new Error('it is not there')
    culprit = target
    if (await findMode(whole, lstat) !== undefined) throw new Error('it is there already')
    // who may not read the file may not read the copy
    await (await open(partial, 'wx', mode)).close()
    culprit = file
    await copy({ driver, file: resolve(file), target: partial, busyTimeoutMillis })
    culprit = target
    await sync(partial)
    // unlike a rename, a link never takes the place of what came there meanwhile
    await link(partial, whole)
    await rm(partial)
    await sync(dirname(whole))
  } catch (error) {
    removeLeftovers()
    throw new hostErrors.OPS_ERR_SQLITE_FILE(culprit, (error as Error).message, { cause: error })
  } finally {
    process.off('exit', removeLeftovers)
  }
}
