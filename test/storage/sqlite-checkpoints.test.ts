import { copyFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import t from 'tap'
import type { Test } from 'tap'
import type { Change, OperationStore } from '../../index.js'
import { isPromise } from '../../storage/awaitable.js'
import { copyLog, makeCheckpoints } from '../../storage/sqlite/checkpoints.js'
import { CommitQueue } from '../../storage/sqlite/commit-queue.js'
import { makeLook, open as connect, openReader } from '../../storage/sqlite/connection.js'
import type { LogState } from '../../storage/sqlite/connection.js'
import { chooseDriver } from '../../storage/sqlite/driver.js'
import type { SqliteDatabase } from '../../storage/sqlite/driver.js'
import { makeKeptRecords } from '../../storage/sqlite/kept-records.js'
import { ReadThread } from '../../storage/sqlite/read-thread.js'
import { makeTransactions } from '../../storage/sqlite/writes.js'
import { inspectFile } from '../faults/sqlite-file.js'
import { calls, commit, idsOf, insert, open, readPragma, toRecord, withDatabase } from '../support/sqlite.js'

/** Pages at which the log is copied, and those at which a commit copies it. */
const [pagesPerCopy, autoCheckpointPages] = [2_000, 10_000]

/** Of about 25 pages. */
const large = (id: string): Change => ({ kind: 'insert', record: toRecord(id, JSON.stringify('x'.repeat(100_000))) })

/** Another connection, which looks at the log. */
async function watch (t: Test, file: string): Promise<() => LogState> {
  const database = await openReader(await chooseDriver(), file, 1_000)
  t.teardown(() => { database.close() })
  return makeLook(database)
}

/** Threads that are started from here on. */
function countThreads (t: Test): Worker[] {
  const workers: Worker[] = []
  const add = (worker: Worker): void => { workers.push(worker) }
  process.on('worker', add)
  t.teardown(() => { process.off('worker', add) })
  return workers
}

/** Commits until so many threads were started; the ids of what was acknowledged. */
async function writeUntilStarted (store: OperationStore, workers: readonly Worker[], count: number, name: string): Promise<string[]> {
  const ids: string[] = []
  while (workers.length < count) {
    if (ids.length > 1_000) throw new Error('no thread is started')
    const id = `${name}-${ids.length}`
    await commit(store, large(id))
    ids.push(id)
  }
  return ids
}

/** Commits until the log begins anew; the ids of what was acknowledged, and the most pages it had. */
async function writeUntilAnew (store: OperationStore, look: () => LogState, name: string): Promise<{ ids: string[], most: number }> {
  const ids: string[] = []
  for (let most = 0; ;) {
    if (ids.length > 5_000) throw new Error('the log never begins anew')
    const batch = Array.from({ length: 5 }, (_, n) => `${name}-${ids.length + n}`)
    await Promise.all(batch.map(async (id) => await commit(store, large(id))))
    ids.push(...batch)
    const { pages } = look()
    if (pages < most) return { ids, most }
    most = pages
  }
}

/** What the file has without a log beside it. */
async function readFile (t: Test, file: string): Promise<string[]> {
  t.notOk(statSync(`${file}-wal`, { throwIfNoEntry: false })?.size, 'the log has nothing')
  const copy = `${file}.copy`
  copyFileSync(file, copy)
  t.strictSame(await inspectFile(copy), [])
  return await withDatabase(copy, (database) => (database.prepare('SELECT id FROM operations ORDER BY id').all() as Array<{ id: string }>).map(({ id }) => id))
}

t.test('a thread copies the log before a commit would, however much is written', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file)
  const workers = countThreads(t)
  const first = Array.from({ length: 1_100 }, (_, n) => `first-${n}`)
  await commit(store, ...first.map(insert))
  await store.count(calls)
  t.equal(workers.length, 1, 'the thread of long reads')
  const look = await watch(t, file)
  const written = [...first]
  for (const name of ['a', 'b', 'c']) {
    const { ids, most } = await writeUntilAnew(store, look, name)
    written.push(...ids)
    t.ok(most >= pagesPerCopy && most < autoCheckpointPages, `${most} pages`)
  }
  t.equal(workers.length, 1, 'copies the log')
  await store.close()
  t.strictSame(await readFile(t, file), written.sort())
})

t.test('a thread that is ended while it copies loses nothing, and another one copies', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file)
  const look = await watch(t, file)
  const workers = countThreads(t)
  const ids = await writeUntilStarted(store, workers, 1, 'a')
  t.ok(look().pages >= pagesPerCopy)
  await workers[0]?.terminate()
  ids.push(...await writeUntilStarted(store, workers, 2, 'b'))
  const grown = look().pages
  t.ok(grown >= 2 * pagesPerCopy && grown < autoCheckpointPages, 'not before the log has grown by as much again')
  // nobody commits
  while (look().copied < grown) await delay(5)
  const { ids: others, most } = await writeUntilAnew(store, look, 'c')
  ids.push(...others)
  t.ok(most < autoCheckpointPages, `${most} pages`)
  t.strictSame((await idsOf(store)).sort(), ids.sort())
  await store.close()
  t.strictSame(await readFile(t, file), ids)
})

t.test('without a thread a commit copies the log', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file)
  const look = await watch(t, file)
  const workers = countThreads(t)
  const { execArgv } = process
  t.teardown(() => { process.execArgv = execArgv })
  // no thread of this process starts
  process.execArgv = ['--import=./no/such/file.js']
  const { ids, most } = await writeUntilAnew(store, look, 'a')
  t.ok(most >= autoCheckpointPages && most < autoCheckpointPages + pagesPerCopy, `${most} pages`)
  t.ok(workers.length > 0 && workers.length <= most / pagesPerCopy, `${workers.length} threads were tried`)
  await store.close()
  t.strictSame(await readFile(t, file), ids.sort())
})

t.test('a store that is closed while its log is copied leaves a whole file', async (t) => {
  const dir = t.testdir()
  for (const moment of [0, 5, 200, 600]) {
    const file = join(dir, `${moment}.db`)
    const store = await open(t, file)
    const workers = countThreads(t)
    const ids = await writeUntilStarted(store, workers, 1, 'a')
    await delay(moment)
    const last = [commit(store, insert('last')), commit(store, large('later'))]
    const closing = store.close()
    t.ok(isPromise(closing), 'there is a thread to wait for')
    t.match(await Promise.all(last), [{ committed: true }, { committed: true }])
    await closing
    t.equal(workers.length, 1)
    t.strictSame(await readFile(t, file), [...ids, 'last', 'later'].sort(), `after ${moment} ms`)
  }
})

/** A connection like that of a store, and what writes so many pages and looks at the log. */
async function connectTo (t: Test): Promise<{ file: string, database: SqliteDatabase, write: (pages: number) => LogState }> {
  const file = join(t.testdir(), 'operations.db')
  const database = await connect(await chooseDriver(), file, 1_000)
  t.teardown(() => { database.close() })
  database.exec('CREATE TABLE scratch (text TEXT)')
  const statement = database.prepare('INSERT INTO scratch VALUES (?)')
  const look = makeLook(database)
  return {
    file,
    database,
    write (pages) {
      for (let left = pages; left > 0; left -= 50) statement.run('x'.repeat(Math.min(left, 50) * 4_092))
      return look()
    }
  }
}

t.test('what is asked for when the log has grown', async (t) => {
  const { database, write } = await connectTo(t)
  const asked: string[] = []
  const copies: Array<PromiseWithResolvers> = []
  let isFree = true
  let isClosed = false
  const onCommitted = makeCheckpoints(database, {
    copy: async () => await new Promise((resolve, reject) => {
      asked.push('copy')
      copies.push({ resolve, reject })
    }),
    isFree: () => isFree,
    async hold (action) {
      asked.push('hold')
      await action()
      asked.push('release')
    },
    isClosed: () => isClosed
  })
  /** What is asked for after a commit of so many pages, and once the copies that are asked for come to these ends. */
  const after = async (pages: number, ...ends: Array<boolean | Error>): Promise<string[]> => {
    write(pages)
    onCommitted()
    for (const end of ends) {
      const { resolve, reject } = copies.shift() as PromiseWithResolvers
      if (end instanceof Error) reject(end)
      else resolve(end)
      await delay(0)
    }
    return asked.splice(0)
  }
  const held = ['copy', 'hold', 'copy', 'release']
  t.strictSame(await after(1_900), [])
  t.strictSame(await after(200), ['copy'])
  t.strictSame(await after(3_000), [], 'one copy at a time')
  t.match(write(1), { copied: 0 }, 'and none by a commit')
  t.strictSame(await after(1, true, true), ['hold', 'copy', 'release'])
  t.strictSame(await after(50, true, true), held, 'as it has grown meanwhile')
  t.strictSame(await after(1_900), [])

  t.ok(copyLog(database))
  t.ok(write(1).pages < 100, 'it began anew')
  t.strictSame(await after(1_900), [])
  t.strictSame(await after(200, false), ['copy'], 'commits do not wait where something keeps the rest from being copied')
  t.strictSame(await after(1_900), [])
  t.strictSame(await after(200, new Error('the thread ended')), ['copy'])
  isFree = false
  t.strictSame(await after(2_100, true), ['copy'], 'nor for long reads')
  t.strictSame(await after(2_100, true, new Error('the thread ended')), ['copy', 'hold', 'copy'], 'unless the log is very long')

  t.ok(copyLog(database))
  isFree = true
  t.strictSame(await after(2_100), ['copy'])
  isClosed = true
  t.strictSame(await after(1, true), [], 'commits do not wait in a store that is closed')
  t.strictSame(await after(3_000), [], 'nor is its log copied')
})

interface PromiseWithResolvers {
  readonly resolve: (isCopied: boolean) => void
  readonly reject: (error: Error) => void
}

t.test('commits that are held wait, and are written when that is over or the queue is drained', async (t) => {
  const { database } = await connectTo(t)
  const queue = new CommitQueue(makeTransactions(database, 100, makeKeptRecords(1_000, () => 1), () => undefined), 1_000, () => ({}) as OperationStore)
  const count = (): unknown => database.prepare('SELECT count(*) AS count FROM operations').get()
  const first = queue.add(calls, [insert('a')])
  await queue.hold(async () => {
    const second = queue.add(calls, [insert('b')])
    t.notOk(await Promise.race([first, second, delay(50)]))
    t.match(count(), { count: 0 })
  })
  t.match(await first, { committed: true })
  t.match(count(), { count: 2 })
  let third: Promise<unknown> | undefined
  await t.rejects(queue.hold(async () => {
    third = queue.add(calls, [insert('c')])
    throw new Error('the thread ended')
  }), /ended/)
  t.match(await third, { committed: true })
  await queue.hold(async () => {
    const fourth = queue.add(calls, [insert('d')])
    queue.drain()
    t.match(await fourth, { committed: true })
  })
  t.match(await queue.add(calls, [insert('e')]), { committed: true })
  t.match(count(), { count: 5 })
})

t.test('the thread copies what no reader needs, and says whether that is nearly all', async (t) => {
  const { file, database, write } = await connectTo(t)
  const version = readPragma(database, 'data_version')
  const thread = new ReadThread({ driver: (await chooseDriver()).name, file, busyTimeoutMillis: 100 })
  t.teardown(async () => { await thread.close() })
  t.ok(thread.isIdle)
  write(100)
  const copying = thread.copyLog()
  t.notOk(thread.isIdle)
  t.equal(await copying, true)
  t.ok(thread.isIdle)
  t.equal(readPragma(database, 'data_version'), version, 'what is kept in front of the file stays known')
  t.ok(write(100).pages < 200, 'the log began anew')
  const reader = await openReader(await chooseDriver(), file, 1_000)
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM scratch').get()
  t.match(write(20), { copied: 0 })
  t.equal(await thread.copyLog(), true)
  const { pages, copied } = write(500)
  t.ok(copied > 0 && copied < 200, `${copied} of ${pages}`)
  t.equal(await thread.copyLog(), false)
  t.match(write(0), { copied })
  reader.exec('COMMIT')
  reader.close()
  t.equal(await thread.copyLog(), true)
  t.ok(write(1).pages < 100)
})

t.test('a copy goes before reads that have not begun: commits may wait for it', async (t) => {
  const { file, database } = await connectTo(t)
  // the thread does not begin before everything is asked for: what it opens is held until then
  database.exec('PRAGMA journal_mode=DELETE; BEGIN EXCLUSIVE')
  const thread = new ReadThread({ driver: (await chooseDriver()).name, file, busyTimeoutMillis: 60_000 })
  t.teardown(async () => { await thread.close() })
  const answered: string[] = []
  const asked = [
    ...Array.from({ length: 100 }, async (_, n) => {
      t.equal(await thread.run('count', { tenant: 't', owner: 'o' }, undefined), 0)
      answered.push(`read ${n}`)
    }),
    thread.copyLog().then((copied) => { answered.push(`copied ${String(copied)}`) })
  ]
  database.exec('COMMIT')
  await Promise.all(asked)
  t.equal(answered.length, 101)
  t.equal(answered[0], 'copied true')
})

t.test('whoever copies does not follow those who write faster', async (t) => {
  const { file, database, write } = await connectTo(t)
  const reader = await openReader(await chooseDriver(), file, 1_000)
  t.teardown(() => { reader.close() })
  const snapshot = reader.prepare('SELECT count(*) FROM scratch')
  let passes = 0
  const pursued = {
    prepare (sql: string) {
      passes += 1
      if (passes > 1) reader.exec('COMMIT')
      write(100)
      reader.exec('BEGIN')
      snapshot.get()
      // what is written after the reader began stays: the log does not begin anew
      write(10)
      return database.prepare(sql)
    }
  }
  t.ok(copyLog(pursued as unknown as SqliteDatabase))
  t.equal(passes, 8)
  reader.exec('COMMIT')
  t.ok(copyLog(database))
  const { DatabaseSync } = await chooseDriver()
  const closed = new DatabaseSync(':memory:')
  closed.close()
  t.notOk(copyLog(closed), 'a file that cannot be read is not copied')
})
