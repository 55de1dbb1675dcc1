import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { ScanLimitError, sqliteStore, StoreUnavailableError } from '../../index.js'
import type { Change, Expression, OperationRecord, OperationStore, Query } from '../../index.js'
import { isPromise } from '../../storage/awaitable.js'
import { everything } from '../../storage/query/tree.js'
import { chooseDriver } from '../../storage/sqlite/driver.js'
import { openReader } from '../../storage/sqlite/connection.js'
import { ReadThread } from '../../storage/sqlite/read-thread.js'
import { makeReads } from '../../storage/sqlite/reads.js'
import { start } from '../../storage/sqlite/start-thread.js'
import { calls, commit, exitOf, insert, open, readPragma, root, run, toRecord, withDatabase } from '../support/sqlite.js'

const many = 1_100
const idOf = (n: number): string => `id-${String(n).padStart(5, '0')}`

/** A store with more than any read may look up on the thread of the event loop. */
async function openMany (t: Test, file: string, textOf = (n: number): string => JSON.stringify({ n, label: `Label ${n}` }), count = many): Promise<OperationStore> {
  const store = await open(t, file)
  const changes = Array.from({ length: count }, (_, n): Change => ({ kind: 'insert', record: toRecord(idOf(n), textOf(n)) }))
  t.match(await commit(store, ...changes), { committed: true })
  return store
}

const contains = (part: string): Expression => ({
  kind: 'call', name: 'contains', operands: [{ kind: 'call', name: 'tolower', operands: [{ kind: 'member', path: ['label'], reading: 'text' }] }, { kind: 'literal', value: part }]
})

const idsIn = (records: readonly OperationRecord[]): string[] => records.map(({ id }) => id)

t.test('a read that may take long runs on a thread, and answers the same', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await openMany(t, file)
  const here = makeReads(await openReader(await chooseDriver(), file, 1_000))
  const byLabel: Query = { orderBy: [{ by: { kind: 'member', path: ['label'], reading: 'text' }, descending: true }] }
  const labelled: Query = { ...everything, filter: contains('label 10') }
  const long: Readonly<Record<string, [unknown, unknown]>> = {
    'a large page': [store.list(calls, everything, { limit: 1_001, skip: 0 }), here.list(calls, everything, { limit: 1_001, skip: 0 })],
    'much left out': [store.list(calls, everything, { limit: 5, skip: 1_050 }), here.list(calls, everything, { limit: 5, skip: 1_050 })],
    'a filter no index serves': [store.list(calls, labelled, { limit: 10, skip: 0 }), here.list(calls, labelled, { limit: 10, skip: 0 })],
    'an order no index gives': [store.list(calls, byLabel, { limit: 10, skip: 0 }), here.list(calls, byLabel, { limit: 10, skip: 0 })],
    'a count of many': [store.count(calls), many],
    'a count no index serves': [store.count(calls, labelled.filter), here.count(calls, labelled.filter)],
    'a long history': [store.changes(calls, undefined, 1_000), here.changes(calls, undefined, 1_000)]
  }
  for (const [name, [answer, expected]] of Object.entries(long)) {
    t.ok(isPromise(answer), `${name} is not read here`)
    t.same(await answer, expected, name)
  }
  const [first] = await store.list(calls, everything, { limit: 1_001, skip: 0 }) as [OperationRecord]
  t.strictSame(first.value, { n: 0, label: 'Label 0' })
  t.ok(Object.isFrozen(first.value))

  const short: Readonly<Record<string, unknown>> = {
    find: store.find({ ...calls, id: idOf(7) }),
    'a page': store.list(calls, everything, { limit: 101, skip: 20 }),
    'the last page, whatever its limit': store.list(calls, everything, { limit: 1_001, skip: 0, after: [toRecord('').created, idOf(1_000)] }),
    'one by its id': store.list(calls, { ...everything, filter: { kind: 'compare', operator: 'eq', left: { kind: 'column', column: 'id' }, right: { kind: 'literal', value: idOf(3) } } }, { limit: 1_001, skip: 0 }),
    'a count of few': store.count({ ...calls, owner: 'calls/2' }),
    'a filtered count of few': store.count({ ...calls, owner: 'calls/2' }, labelled.filter)
  }
  for (const [name, answer] of Object.entries(short)) t.notOk(isPromise(answer), `${name} is read here`)
  t.strictSame(idsIn(short['the last page, whatever its limit'] as OperationRecord[]).length, 99)
})

t.test('an error on the thread is the error here', async (t) => {
  const store = await openMany(t, join(t.testdir(), 'operations.db'))
  // 10,000 records, fewer for a filter of many terms
  const terms = Array.from({ length: 60 }, (_, n): Expression => ({ kind: 'compare', operator: 'eq', left: contains(String(n)), right: { kind: 'literal', value: true } }))
  const filter: Expression = { kind: 'or', operands: terms }
  const error = await Promise.resolve(store.count(calls, filter)).catch((error: unknown) => error)
  t.ok(error instanceof ScanLimitError)
  await t.rejects(Promise.resolve(store.list(calls, { ...everything, filter: { kind: 'and', operands: [filter, contains('none')] } }, { limit: 10, skip: 0 })), ScanLimitError)
  const { limit } = error as ScanLimitError
  t.ok(limit > 0 && limit < many, `${limit}`)
  const unbindable: Expression = { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['label'], reading: 'text' }, right: { kind: 'literal', value: {} as string } }
  await t.rejects(Promise.resolve(store.count(calls, unbindable)), /bound|bind|support/i)
  t.equal(await store.count(calls), many, 'and the thread goes on')
  t.throws(() => store.list(calls, everything, { limit: 10, skip: 0, after: [{} as string, ''] }), /bound|bind|support/i, 'one that is read here is thrown here')
  t.equal((await store.list(calls, everything, { limit: 10, skip: 0 })).length, 10)
})

t.test('pages of large texts come in parts, and short pages of them from the thread', async (t) => {
  const dir = t.testdir()
  const text = (n: number): string => JSON.stringify({ n, label: 'ä'.repeat(15_000) })
  const store = await openMany(t, join(dir, 'operations.db'), text, 300)
  t.notOk(isPromise(store.list(calls, everything, { limit: 10, skip: 0 })))
  const page = store.list(calls, everything, { limit: 101, skip: 0 })
  t.ok(isPromise(page), 'more text than is read here')
  t.strictSame(idsIn(await page), Array.from({ length: 101 }, (_, n) => idOf(n)))
  const all = await Promise.all([store.list(calls, everything, { limit: 150, skip: 0 }), store.list(calls, everything, { limit: 150, skip: 150 })])
  t.strictSame(all.flatMap(idsIn), Array.from({ length: 300 }, (_, n) => idOf(n)), 'in order, beside each other')
  t.equal(all[0][149]?.text, text(149))

  const few = { ...calls, owner: 'calls/2' }
  await store.commit(few, [insert('a'), { kind: 'insert', record: toRecord('b', text(1)) }])
  t.notOk(isPromise(store.count(few, contains('x'))))
  await store.commit(few, [{ kind: 'insert', record: toRecord('huge', JSON.stringify({ label: 'x'.repeat(2_000_000) })) }, insert('last')])
  const huge = store.list(few, everything, { limit: 10, skip: 0 })
  t.ok(isPromise(huge))
  t.strictSame(idsIn(await huge), ['a', 'b', 'huge', 'last'], 'a record larger than a part')
  const filtered = store.count(few, contains('xxx'))
  t.ok(isPromise(filtered), 'few records of much text')
  t.equal(await filtered, 1)
})

t.test('whichever thread reads, it sees every acknowledged write', async (t) => {
  const store = await openMany(t, join(t.testdir(), 'operations.db'))
  const { cursor } = await store.changes(calls, undefined, 2_000) as { cursor: string }
  for (let n = 0; n < 20; n += 1) {
    await commit(store, ...Array.from({ length: 10 }, (_, m) => insert(`later-${n}-${m}`)))
    const [count, page, history] = await Promise.all([store.count(calls), store.list(calls, everything, { limit: 20, skip: many + n * 10 }), store.changes(calls, cursor, 2_000)])
    t.equal(count, many + 10 * (n + 1))
    t.equal(page.length, 10)
    t.match(history, { changes: { length: 10 * (n + 1) } })
  }
})

t.test('a page of what is at hand is what the file has, whoever wrote it', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const [one, other] = [await open(t, file), await open(t, file)]
  await commit(one, insert('a'), insert('b'))
  const textsOf = async (store: OperationStore): Promise<string[]> => (await store.list(calls, everything, { limit: 9, skip: 0 })).map(({ id, text }) => id + text)
  const first = await textsOf(one)
  t.equal(first.length, 2)
  const { version } = (await other.find({ ...calls, id: 'a' }))!
  await commit(other, { kind: 'replace', record: { ...toRecord('a'), text: '{"n":1}' }, expectedVersion: version }, insert('c'))
  t.strictSame(await textsOf(one), await textsOf(other))
  t.ok((await textsOf(one)).includes('a{"n":1}'))
  await commit(other, { kind: 'remove', id: 'b' })
  t.equal((await textsOf(one)).length, 2)
})

t.test('close ends the thread: what is not answered is rejected', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await openMany(t, file, (n) => JSON.stringify({ n, label: 'x'.repeat(10_000) }))
  await store.count(calls)
  const reads = [store.count(calls), store.list(calls, everything, { limit: 1_001, skip: 0 }), store.changes(calls, undefined, 1_000)]
  const rejected = Promise.all(reads.map(async (read) => {
    await t.rejects(Promise.resolve(read as Promise<unknown>), { name: 'StoreUnavailableError', message: 'the store is closed' })
  }))
  const written = commit(store, insert('last'))
  const closing = store.close()
  t.ok(isPromise(closing))
  t.equal(store.close(), closing, 'closing again is the same closing')
  await Promise.all([rejected, closing])
  t.match(await written, { committed: true })
  t.throws(() => store.count(calls), { name: 'StoreUnavailableError' })
  t.equal(await withDatabase(file, (database) => (database.prepare('SELECT count(*) AS count FROM operations').get() as { count: number }).count), many + 1)
})

t.test('a page that is coming in parts when the store is closed is rejected', async (t) => {
  const store = await openMany(t, join(t.testdir(), 'operations.db'), (n) => JSON.stringify({ n, label: 'x'.repeat(20_000) }), 300)
  const count = (): unknown => store.count(calls, contains('y'))
  await count()
  let settled = false
  const page = Promise.resolve(store.list(calls, everything, { limit: 1_001, skip: 0 })).finally(() => { settled = true })
  const rejected = t.rejects(page, { name: 'StoreUnavailableError' })
  // a first part is there when a later read is answered
  await Promise.race([page, count()])
  t.notOk(settled)
  await store.close()
  await rejected
})

t.test('a thread that cannot start or dies fails its reads, and the next read starts another', async (t) => {
  const dir = t.testdir()
  const { name: driver } = await chooseDriver()
  const missing = new ReadThread({ driver, file: join(dir, 'no', 'such.db'), busyTimeoutMillis: 100 })
  const error = await missing.run('count', calls, undefined).catch((error: unknown) => error)
  t.ok(error instanceof StoreUnavailableError)
  t.match(error, { message: 'the thread that reads the file ended', cause: { message: /open/ } })
  await t.rejects(missing.run('count', calls, undefined), { name: 'StoreUnavailableError' }, 'each time')
  t.equal(missing.close(), undefined, 'there is none to end')

  const file = join(dir, 'operations.db')
  await (await sqliteStore({ file })).close()
  const thread = new ReadThread({ driver, file, busyTimeoutMillis: 100 })
  t.equal(await thread.run('count', calls, undefined), 0)
  await thread.close()
  t.equal(await thread.run('count', calls, undefined), 0, 'another one')
  await thread.close()
})

t.test('every connection has the settings that a durable write needs, and that of the thread cannot write', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file)
  await commit(store, insert('a'))
  const reader = await openReader(await chooseDriver(), file, 1_000)
  t.strictSame(['journal_mode', 'synchronous', 'busy_timeout', 'query_only'].map((name) => readPragma(reader, name)), ['wal', 2, 0, 1])
  t.throws(() => { reader.exec('DELETE FROM operations') }, /readonly/)
  reader.close()
})

const program = (kind: string): string => `
  import { sqliteStore } from './storage/sqlite/index.ts'
  const store = await sqliteStore({ file: process.argv.at(-1) })
  const calls = { tenant: 't', owner: 'calls/1' }
  if (store.count(calls).then === undefined) throw new Error('read on the wrong thread')
  process.stdout.write('${kind} ' + await store.count(calls))
`

t.test('from source: under tsx, with a program on the command line, and the process ends by itself', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await openMany(t, file)
  await store.close()
  const child = run(t, program('tsx'), [file])
  const [output] = await once(child.stdout, 'data') as [Buffer]
  t.equal(output.toString(), `tsx ${many}`)
  t.strictSame(await exitOf(child), [0, null], 'without close: the thread does not keep it')
  // what the file names in a program started as a file
  const { stdout } = spawnSync('env', ['-u', 'NODE_OPTIONS', process.execPath, '--import', 'tsx', 'test/support/count.ts', file], { cwd: root, encoding: 'utf8' })
  t.equal(stdout, `${many}\n`)
})

t.test('compiled threads are started from the file beside this package\'s own', async (t) => {
  for (const program of ['read', 'backup'] as const) {
    // there is nothing compiled among the sources
    const [error] = await once(start['.js'][program]({}), 'error') as [Error]
    t.match(error.message, `storage/sqlite/${program}-worker.js`)
  }
})
