import { spawn } from 'node:child_process'
import type { ChildProcess, ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { sqliteStore } from '../../index.js'
import type { Change, Collection, CommitOutcome, CommittedChange, NewRecord, OperationStore } from '../../index.js'
import { everything } from '../../storage/query/tree.js'
import { chooseDriver } from '../../storage/sqlite/driver.js'
import type { SqliteDatabase } from '../../storage/sqlite/driver.js'
import { toUncounted } from './uncounted.js'

/** Of this tree. */
export const root = fileURLToPath(new URL('../..', import.meta.url))
export const calls: Collection = { tenant: 't', owner: 'calls/1' }

export const toRecord = (id: string, text = '{}'): NewRecord => ({ id, type: 'x', created: '2026-01-01T00:00:00.0000000Z', lastAction: '', status: -1, text })
export const insert = (id: string): Change => ({ kind: 'insert', record: toRecord(id) })

/** What SQLite refuses: a column that must not be null. */
export const unstorable = (id: string): Change => ({ kind: 'insert', record: { ...toRecord(id), created: null as unknown as string } })

export async function open (t: Test, file: string, options: { keptChanges?: number, busyTimeoutMillis?: number } = {}): Promise<OperationStore> {
  const store = await sqliteStore({ file, ...options })
  t.teardown(async () => { await store.close() })
  return store
}

/** Commits as the store answers them, at once or later. */
export async function commit (store: OperationStore, ...changes: Change[]): Promise<CommitOutcome> {
  return await store.commit(calls, changes)
}

export async function getVersion (store: OperationStore, change: Change, collection = calls): Promise<string> {
  const outcome = await store.commit(collection, [change])
  if (!outcome.committed) throw new Error(outcome.reason)
  return outcome.records[0]?.version ?? ''
}

export async function readChanges (store: OperationStore, cursor?: string, collection = calls): Promise<{ changes: readonly CommittedChange[], cursor: string }> {
  const page = await store.changes(collection, cursor, 1_000)
  if (page.expired) throw new Error('expired')
  return page
}

export async function idsOf (store: OperationStore, collection = calls): Promise<string[]> {
  return (await store.list(collection, everything, { limit: 1_000, skip: 0 })).map(({ id }) => id)
}

/** The file as any program sees it. */
export async function withDatabase<T> (file: string, use: (database: SqliteDatabase) => T): Promise<T> {
  const { DatabaseSync } = await chooseDriver()
  const database = new DatabaseSync(file)
  try {
    return use(database)
  } finally {
    database.close()
  }
}

/** What the header of the file says. @see https://sqlite.org/fileformat.html#the_database_header */
export function journalModeOf (file: string): 'wal' | 'delete' {
  return readFileSync(file)[18] === 2 ? 'wal' : 'delete'
}

export function readPragma (database: SqliteDatabase, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() as object)[0]
}

/**
 * What other processes run with: tsx, which is quick, and no coverage, since what two loaders made of one
 * source cannot be added up.
 */
const quickly = ['--import', 'tsx']

/** A process of its own that runs `script`; it does not outlive the test. */
export function run (t: Test, script: string, args: readonly string[], { before = [], flags = quickly }: { before?: readonly string[], flags?: readonly string[] } = {}): ChildProcessByStdio<Writable, Readable, null> {
  const [command = '', ...rest] = [...before, process.execPath, ...flags, '--input-type=module', '-e', script, ...args]
  const child = spawn(...toUncounted(command, ...rest), { cwd: root, stdio: ['pipe', 'pipe', 'inherit'], timeout: 30_000, killSignal: 'SIGKILL' })
  t.teardown(() => { child.kill('SIGKILL') })
  return child
}

export async function exitOf (child: ChildProcess): Promise<unknown[]> {
  return child.exitCode !== null || child.signalCode !== null ? [child.exitCode, child.signalCode] : await once(child, 'exit')
}

/** Another process that holds the file until it is told to let go. */
export async function lock (t: Test, file: string): Promise<() => Promise<void>> {
  const child = run(t, `
    const { DatabaseSync } = await import('@photostructure/sqlite')
    const database = new DatabaseSync(process.argv.at(-1))
    database.exec('BEGIN IMMEDIATE')
    process.stdout.write('locked')
    process.stdin.resume().once('end', () => { database.exec('ROLLBACK'); database.close() })
  `, [file], { flags: [] })
  await once(child.stdout, 'data')
  return async () => {
    child.stdin.end()
    await exitOf(child)
  }
}
