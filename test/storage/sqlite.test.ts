import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { sqliteStore, StoreUnavailableError } from '../../index.js'
import type { Change, Key, OperationStore } from '../../index.js'
import { storeConformance } from '../../storage/conformance.js'
import { StoredRecord } from '../../storage/record.js'
import { chooseDriver } from '../../storage/sqlite/driver.js'
import type { SqliteDatabase, SqliteDriver } from '../../storage/sqlite/driver.js'
import { makeKeptRecords } from '../../storage/sqlite/kept-records.js'
import { configure, migrate } from '../../storage/sqlite/migrations.js'
import { calls, commit, exitOf, getVersion, idsOf, insert, journalModeOf, lock, open, readChanges, readPragma, root, run, toRecord, unstorable, withDatabase } from '../support/sqlite.js'

t.test('sqlite conforms', async (t) => {
  const dir = t.testdir()
  const files = new Map<OperationStore, string>()
  const makeStore = async (file: string): Promise<OperationStore> => {
    const store = await sqliteStore({ file })
    files.set(store, file)
    return store
  }
  storeConformance({
    test: (name, run) => t.test(name, async (t) => { await run(); t.pass('no assertion failed') }),
    makeStore: async () => await makeStore(join(mkdtempSync(join(dir, 'store-')), 'operations.db')),
    makePeer: async (store) => await makeStore(files.get(store)!)
  })
})

t.test('records are kept at hand as long as they are asked for, and the file is as it was', async (t) => {
  let dataVersion = 1
  const kept = makeKeptRecords(6_000, () => dataVersion)
  const keyOf = (id: string): Key => ({ ...calls, id })
  const keep = (id: string): void => { kept.keep(keyOf(id), new StoredRecord(toRecord(id), 'v')) }
  keep('asked for')
  keep('left alone')
  for (let n = 0; n < 20; n += 1) {
    keep(`id-${n}`)
    t.equal(kept.find(keyOf('asked for'))?.id, 'asked for')
  }
  t.equal(kept.find(keyOf('left alone')), undefined)
  t.equal(kept.find({ ...keyOf('asked for'), tenant: 'other' }), undefined)
  kept.forget(keyOf('asked for'))
  t.equal(kept.find(keyOf('asked for')), undefined)
  keep('a')
  t.ok(kept.verify())
  dataVersion = 2
  t.notOk(kept.verify(), 'somebody else wrote')
  t.equal(kept.find(keyOf('a')), undefined)
  t.ok(kept.verify())
})

t.test('everything survives close and reopen', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const first = await sqliteStore({ file })
  const versions = [await getVersion(first, insert('a')), await getVersion(first, insert('b'))]
  const middle = (await first.changes(calls, undefined, 1))
  versions.push(await getVersion(first, { kind: 'replace', record: toRecord('a', '{"n":1}'), expectedVersion: versions[0]! }))
  await first.commit(calls, [{ kind: 'remove', id: 'b' }])
  const a = await first.find({ ...calls, id: 'a' })
  const before = await readChanges(first)
  await first.close()

  const second = await open(t, file)
  t.strictSame(await second.find({ ...calls, id: 'a' }), a)
  t.equal(await second.find({ ...calls, id: 'b' }), undefined)
  t.strictSame(await readChanges(second), before, 'the history and its cursor')
  t.strictSame((await readChanges(second, middle.expired ? '' : middle.cursor)).changes, before.changes.slice(1), 'a cursor from before')
  t.strictSame((await readChanges(second, before.cursor)).changes, [])

  versions.push(await getVersion(second, { kind: 'replace', record: toRecord('a', '{"n":2}'), expectedVersion: versions[2]! }), await getVersion(second, insert('b')))
  t.equal(new Set([...versions, ...before.changes.map(({ version }) => version)]).size, versions.length + 1, 'every version is new, the removal has one too')
  t.strictSame((await readChanges(second, before.cursor)).changes.map(({ kind, id }) => `${kind} ${id}`), ['replaced a', 'inserted b'])
})

t.test('a restored copy makes no version that was there before', async (t) => {
  const dir = t.testdir()
  const [file, copy] = [join(dir, 'operations.db'), join(dir, 'copy.db')]
  const store = await open(t, file)
  await store.commit(calls, [insert('a')])
  await withDatabase(file, (database) => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
  copyFileSync(file, copy)
  const lost = await getVersion(store, insert('b'))
  const { cursor } = await readChanges(store)

  const restored = await open(t, copy)
  t.strictSame(await idsOf(restored), ['a'])
  t.strictSame(await restored.changes(calls, cursor, 10), { expired: true }, 'a cursor into the part that is lost')
  t.not(await getVersion(restored, insert('b')), lost)
})

t.test('after close the file alone has everything', async (t) => {
  const dir = t.testdir()
  const [file, copy] = [join(dir, 'operations.db'), join(dir, 'copy.db')]
  const store = await sqliteStore({ file })
  await commit(store, insert('a'))
  await store.close()
  copyFileSync(file, copy)
  t.strictSame(await idsOf(await open(t, copy)), ['a'])
})

t.test('an acknowledged write survives kill -9', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const child = run(t, `
    import { writeSync } from 'node:fs'
    import { sqliteStore } from './storage/sqlite/index.ts'
    const store = await sqliteStore({ file: process.argv.at(-1) })
    for (let n = 0; ; n += 1) {
      await store.commit({ tenant: 't', owner: 'calls/1' }, [{ kind: 'insert', record: { id: 'id-' + n, type: 'x', created: 'c', lastAction: '', status: -1, text: '{}' } }])
      writeSync(1, 'id-' + n + '\\n')
    }
  `, [file])
  let acknowledged = ''
  child.stdout.on('data', (chunk: Buffer) => {
    acknowledged += chunk.toString()
    if (acknowledged.length > 500) child.kill('SIGKILL')
  })
  t.strictSame(await once(child, 'close'), [null, 'SIGKILL'])
  const ids = acknowledged.split('\n').slice(0, -1)
  const store = await open(t, file)
  const found = new Set(await idsOf(store))
  t.ok(ids.length > 50, `${ids.length} writes were acknowledged`)
  t.strictSame(ids.filter((id) => !found.has(id)), [])
})

t.test('the settings that make a write durable are set on any connection', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  await withDatabase(file, (database) => {
    for (const pragma of ['journal_mode=DELETE', 'synchronous=OFF', 'busy_timeout=7000']) database.exec(`PRAGMA ${pragma}`)
    database.exec('CREATE TABLE weak (x); DROP TABLE weak')
    t.strictSame(['journal_mode', 'synchronous', 'busy_timeout'].map((name) => readPragma(database, name)), ['delete', 0, 7000])
    t.equal(journalModeOf(file), 'delete')
    configure(database)
    t.strictSame(['journal_mode', 'synchronous', 'busy_timeout'].map((name) => readPragma(database, name)), ['wal', 2, 0])
    migrate(database)
    t.notOk(database.isTransaction)
  })
  await open(t, file)
  t.equal(journalModeOf(file), 'wal')
})

const withoutStrace = spawnSync('strace', ['-V']).status === 0 ? false : 'there is no strace'

t.test('each commit is synced before it is acknowledged, at every open', { skip: withoutStrace }, async (t) => {
  const dir = t.testdir()
  const trace = join(dir, 'trace')
  const child = run(t, `
    import { writeSync } from 'node:fs'
    import { sqliteStore } from './storage/sqlite/index.ts'
    for (const id of ['a', 'b', 'c']) {
      const store = await sqliteStore({ file: process.argv.at(-1) })
      for (const n of [1, 2, 3]) {
        writeSync(1, 'BEGUN')
        await store.commit({ tenant: 't', owner: 'calls/1' }, [{ kind: 'insert', record: { id: id + n, type: 'x', created: 'c', lastAction: '', status: -1, text: '{}' } }])
        writeSync(1, 'ACKED')
      }
      await store.close()
    }
  `, [join(dir, 'operations.db')], { before: ['strace', '-f', '-e', 'trace=fsync,fdatasync,write', '-o', trace] })
  child.stdout.resume()
  t.strictSame(await exitOf(child), [0, null])
  const calls = [...readFileSync(trace, 'utf8').matchAll(/(f(?:data)?sync)\(|write\(1, "(BEGUN|ACKED)"/g)].map(([, sync, mark]) => sync === undefined ? mark : 'sync')
  const commits = calls.join(' ').split('BEGUN').slice(1).map((text) => text.split('ACKED')[0])
  t.equal(commits.length, 9)
  for (const commit of commits) t.match(commit, /sync/)
})

t.test('a database of another program is refused', async (t) => {
  const file = join(t.testdir(), 'other.db')
  await withDatabase(file, (database) => database.exec('CREATE TABLE invoices (id); INSERT INTO invoices VALUES (1)'))
  const before = readFileSync(file)
  await t.rejects(sqliteStore({ file }), { code: 'OPS_ERR_SQLITE_FILE', message: /another program/ })
  t.strictSame(readFileSync(file), before, 'and left as it was')
  await t.rejects(sqliteStore({ file }), { code: 'OPS_ERR_SQLITE_FILE' }, 'it is not ours the second time either')
  t.match(await withDatabase(file, (database) => database.prepare('SELECT id FROM invoices').all()), [{ id: 1 }])
})

t.test('a file of a newer format is refused', async (t) => {
  const file = join(t.testdir(), 'newer.db')
  await (await sqliteStore({ file })).close()
  await withDatabase(file, (database) => database.exec('PRAGMA user_version=99'))
  await t.rejects(sqliteStore({ file }), { code: 'OPS_ERR_SQLITE_FILE', message: /format 99, this one knows 3/ })
  await withDatabase(file, (database) => database.exec('PRAGMA user_version=3'))
  t.equal(await (await open(t, file)).count(calls), 0, 'refusing it changed nothing')
})

t.test('what is no database file is refused', async (t) => {
  const dir = t.testdir({ 'text.db': 'not a database. '.repeat(100) })
  await t.rejects(sqliteStore({ file: join(dir, 'text.db') }), { code: 'OPS_ERR_SQLITE_FILE', message: /text\.db.*not a database/, cause: { errcode: 26 } })
  t.equal(readFileSync(join(dir, 'text.db'), 'utf8'), 'not a database. '.repeat(100))
  await t.rejects(sqliteStore({ file: join(dir, 'no', 'such', 'folder.db') }), { code: 'OPS_ERR_SQLITE_FILE', message: /folder\.db/ })
  await t.rejects(sqliteStore({ file: dir }), { code: 'OPS_ERR_SQLITE_FILE' })
  await t.rejects(sqliteStore({ file: ':memory:' }), { code: 'OPS_ERR_SQLITE_FILE', message: /journal_mode=WAL" left memory/ })
  await t.rejects(sqliteStore({ file: join(dir, 'new.db'), keptChanges: 0 }), { code: 'OPS_ERR_OPTION' })
})

/** A driver as far as the choice looks at it. */
function toDriver (version: string, closed: string[] = []): SqliteDriver {
  class DatabaseSync implements SqliteDatabase {
    readonly isTransaction = false
    exec (): void { throw new Error('not for the choice') }
    prepare (): ReturnType<SqliteDatabase['prepare']> {
      return { get: () => ({ version }), all: () => [], iterate: () => [], run: () => ({ lastInsertRowid: 0 }) }
    }

    function (): void { throw new Error('not for the choice') }
    close (): void { closed.push(version) }
  }
  return { DatabaseSync }
}

t.test('the first driver with a sound SQLite is chosen', async (t) => {
  const closed: string[] = []
  const asked: string[] = []
  const chooseOf = (drivers: Record<string, SqliteDriver | undefined>) => chooseDriver((name) => {
    asked.push(name)
    return Promise.resolve(drivers[name])
  })
  const [old, sound, newer] = [toDriver('3.51.2', closed), toDriver('3.51.3', closed), toDriver('3.53.0', closed)]
  t.match(await chooseOf({ 'node:sqlite': sound, '@photostructure/sqlite': newer }), { name: 'node:sqlite', DatabaseSync: sound.DatabaseSync })
  t.strictSame(asked, ['node:sqlite'], 'the second is not even loaded')
  t.match(await chooseOf({ 'node:sqlite': old, '@photostructure/sqlite': newer }), { name: '@photostructure/sqlite', DatabaseSync: newer.DatabaseSync })
  t.match(await chooseOf({ '@photostructure/sqlite': sound }), { name: '@photostructure/sqlite' })
  t.strictSame(closed, ['3.51.3', '3.51.2', '3.53.0', '3.51.3'], 'what was opened to ask is closed')
})

t.test('a SQLite is sound from 3.51.3 on', async (t) => {
  const sound = { '3.51.3': true, '3.51.10': true, '3.52.0': true, '3.100.0': true, '4.0.0': true, '4': true, '3.51.2': false, '3.50.9': false, '3.9.99': false, '2.99.99': false, '3.51': false, nonsense: false }
  for (const [version, expected] of Object.entries(sound)) {
    const choice = chooseDriver(() => Promise.resolve(toDriver(version)))
    if (expected) t.type((await choice).DatabaseSync, 'function', version)
    else await t.rejects(choice, { code: 'OPS_ERR_SQLITE_DRIVER' }, version)
  }
})

t.test('without a sound SQLite the error says what was found', async (t) => {
  await t.rejects(chooseDriver(() => Promise.resolve(undefined)), {
    code: 'OPS_ERR_SQLITE_DRIVER', message: /3\.51\.3 or newer \(node:sqlite is not there, @photostructure\/sqlite is not there\)/
  })
  await t.rejects(chooseDriver((name) => Promise.resolve(name === 'node:sqlite' ? toDriver('3.46.1') : undefined)), {
    code: 'OPS_ERR_SQLITE_DRIVER', message: /\(node:sqlite has SQLite 3\.46\.1, @photostructure\/sqlite is not there\)/
  })
})

t.test('a driver that breaks while it is loaded is not taken for one that is not there', async (t) => {
  await t.rejects(chooseDriver(() => Promise.reject(new Error('out of order'))), { message: 'out of order' })
  const flags = process.allowedNodeEnvironmentFlags.has('--experimental-sqlite') ? ['--no-experimental-sqlite'] : []
  const script = `
    process.dlopen = () => { throw new Error('wrong architecture') }
    const { chooseDriver } = await import('./storage/sqlite/driver.ts')
    await chooseDriver().then(() => 'chosen', ({ message }) => message).then((text) => { process.stdout.write(text) })
  `
  const { stdout, status } = spawnSync(process.execPath, [...process.execArgv, ...flags, '--input-type=module', '-e', script], { cwd: root, timeout: 20_000, encoding: 'utf8' })
  t.match(stdout, /wrong architecture/)
  t.equal(status, 0)
})

t.test('this machine has a sound driver', async (t) => {
  const { version } = await withDatabase(':memory:', (database) => database.prepare('SELECT sqlite_version() AS version').get() as { version: string })
  t.match(version, /^\d+\.\d+\.\d+$/)
  t.equal(await chooseDriver(() => Promise.resolve(toDriver(version))).then(() => true), true)
})

t.test('a commit waits for another process and lets the event loop go on', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file)
  const release = await lock(t, file)
  let last = Date.now()
  let longest = 0
  let ticks = 0
  const timer = setInterval(() => {
    longest = Math.max(longest, Date.now() - last)
    last = Date.now()
    ticks += 1
  }, 2)
  let settled = 0
  const commits = ['a', 'b'].map(async (id) => {
    const outcome = await commit(store, insert(id))
    settled += 1
    return outcome.committed
  })
  await delay(300)
  const late = commit(store, insert('c'))
  t.equal(settled, 0, 'nobody is answered early')
  t.equal(await store.count(calls), 0, 'reads do not wait')
  clearInterval(timer)
  t.ok(ticks > 30, `${ticks} turns of the event loop while waiting`)
  t.ok(longest < 150, `the longest took ${longest} ms`)
  await release()
  t.strictSame(await Promise.all(commits), [true, true])
  t.match(await late, { committed: true })
  t.strictSame((await readChanges(store)).changes.map(({ id }) => id), ['a', 'b', 'c'], 'in the order they came')
})

t.test('a commit gives up when the file stays locked', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file, { busyTimeoutMillis: 100 })
  const release = await lock(t, file)
  const start = Date.now()
  const error = await commit(store, insert('a'), insert('b')).catch((error: unknown) => error)
  t.ok(error instanceof StoreUnavailableError)
  t.match(error, { message: 'another process holds the file' })
  const waited = Date.now() - start
  t.ok(waited >= 95 && waited < 2_000, `after ${waited} ms`)
  await release()
  t.strictSame(await idsOf(store), [])
  t.match(await commit(store, insert('a')), { committed: true }, 'the store goes on')
  t.strictSame((await readChanges(store)).changes.map(({ id }) => id), ['a'])
})

t.test('close while the file is locked rejects what waits', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file)
  const release = await lock(t, file)
  const rejected = t.rejects(commit(store, insert('a')), { name: 'StoreUnavailableError' })
  const start = Date.now()
  await store.close()
  await rejected
  t.ok(Date.now() - start < 1_000, 'at once')
  await release()
  t.strictSame(await idsOf(await open(t, file)), [])
})

t.test('close between two tries rejects what waits and leaves the process sound', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file)
  const release = await lock(t, file)
  const rejected = t.rejects(commit(store, insert('a')), { name: 'StoreUnavailableError' })
  await delay(40)
  await store.close()
  await rejected
  const abandoned = new AbortController()
  const timeout = delay(1_000, 'broken', { signal: abandoned.signal }).catch(() => undefined)
  t.equal(await Promise.race([nextTurn('works'), timeout]), 'works', 'setImmediate')
  abandoned.abort()
  await release()
  t.strictSame(await idsOf(await open(t, file)), [])
})

t.test('opening waits for another process, and not for ever', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  await (await sqliteStore({ file })).close()
  const release = await lock(t, file)
  await t.rejects(sqliteStore({ file, busyTimeoutMillis: 50 }), { code: 'OPS_ERR_SQLITE_FILE', message: /locked/ })
  const opening = sqliteStore({ file })
  await delay(50)
  await release()
  const store = await opening
  t.match(await commit(store, insert('a')), { committed: true })
  await store.close()
})

t.test('two stores on one file see each other', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const [one, two] = [await open(t, file), await open(t, file)]
  const version = await getVersion(one, insert('a'))
  t.match(await two.find({ ...calls, id: 'a' }), { version })
  t.equal(await two.count(calls), 1)
  t.strictSame(await commit(two, insert('a')), { committed: false, index: 0, reason: 'exists' })
  const { cursor } = await readChanges(one)

  const replace = (text: string): Change => ({ kind: 'replace', record: toRecord('a', text), expectedVersion: version })
  const outcomes = await Promise.all([commit(one, replace('{"by":1}')), commit(two, replace('{"by":2}'))])
  t.strictSame(outcomes.map(({ committed }) => committed).sort(), [false, true])
  t.strictSame(outcomes.find(({ committed }) => !committed), { committed: false, index: 0, reason: 'changed' })
  const winner = outcomes[0].committed ? 1 : 2
  t.strictSame((await two.find({ ...calls, id: 'a' }))?.value, { by: winner })
  t.strictSame(await one.find({ ...calls, id: 'a' }), await two.find({ ...calls, id: 'a' }))

  await Promise.all(Array.from({ length: 40 }, (_, n) => commit(n % 2 === 0 ? one : two, insert(`id-${n}`))))
  const { changes } = await readChanges(two, cursor)
  t.equal(changes.length, 41, 'a cursor of one store holds in the other')
  t.equal(new Set([version, ...changes.map((change) => change.version)]).size, 42, 'no version twice')
})

t.test('the history is bounded, and an old cursor is expired', async (t) => {
  const store = await open(t, join(t.testdir(), 'operations.db'), { keptChanges: 10 })
  const empty = await readChanges(store)
  const cursors: string[] = []
  for (let n = 0; n < 40; n += 1) {
    await commit(store, insert(`id-${n}`))
    cursors.push((await readChanges(store, cursors.at(-1))).cursor)
    const kept = (await readChanges(store)).changes
    t.ok(kept.length >= Math.min(n + 1, 10) && kept.length <= 11, `${kept.length} kept after ${n + 1}`)
    t.equal(kept.at(-1)?.id, `id-${n}`)
  }
  const kept = (await readChanges(store)).changes
  t.strictSame(await store.changes(calls, empty.cursor, 10), { expired: true })
  t.strictSame(await store.changes(calls, cursors[39 - kept.length - 1], 10), { expired: true }, 'one too old')
  t.strictSame((await readChanges(store, cursors[39 - kept.length])).changes, kept, 'the oldest that is not')
  t.strictSame((await readChanges(store, cursors[38])).changes.map(({ id }) => id), ['id-39'])
  t.equal(await store.count(calls), 40, 'the records stay')
})

t.test('a history of one change still counts on', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file, { keptChanges: 1 })
  const seen = new Set<string>()
  for (const id of ['a', 'b', 'c', 'd']) seen.add(await getVersion(store, insert(id)))
  t.equal(seen.size, 4)
  t.strictSame((await readChanges(store)).changes.map(({ id }) => id), ['d'])
})

t.test('many commits of one turn are written in groups', async (t) => {
  const store = await open(t, join(t.testdir(), 'operations.db'))
  const ids = Array.from({ length: 600 }, (_, n) => `id-${n}`)
  const commits = ids.map((id) => commit(store, insert(id)))
  const counts: number[] = []
  while (counts.at(-1) !== 600 && counts.length < 20) {
    await nextTurn()
    counts.push(await store.count(calls))
  }
  t.strictSame(counts, [256, 512, 600], 'each group in a turn of its own')
  t.ok((await Promise.all(commits)).every(({ committed }) => committed))
  t.strictSame((await readChanges(store)).changes.map(({ id }) => id), ids)
})

t.test('a write that SQLite refuses does not fail those beside it', async (t) => {
  const store = await open(t, join(t.testdir(), 'operations.db'))
  const outcomes = await Promise.allSettled([
    commit(store, insert('a')),
    commit(store, unstorable('bad')),
    commit(store, insert('with-bad'), unstorable('bad')),
    commit(store, insert('b')),
    commit(store, insert('a'))
  ])
  t.match(outcomes, [
    { status: 'fulfilled', value: { committed: true } },
    { status: 'rejected', reason: { code: 'ERR_SQLITE_ERROR', message: /NOT NULL/ } },
    { status: 'rejected', reason: { code: 'ERR_SQLITE_ERROR' } },
    { status: 'fulfilled', value: { committed: true } },
    { status: 'fulfilled', value: { committed: false, reason: 'exists' } }
  ])
  t.strictSame(await idsOf(store), ['a', 'b'])
  t.strictSame((await readChanges(store)).changes.map(({ id }) => id), ['a', 'b'])
  await t.rejects(commit(store, unstorable('alone')), { code: 'ERR_SQLITE_ERROR' })
  const symbol = { ...toRecord('symbol'), text: Symbol('no text') as unknown as string }
  await t.rejects(commit(store, { kind: 'insert', record: symbol }), TypeError)
  t.match(await commit(store, insert('c')), { committed: true }, 'no transaction is left open')
})

t.test('close writes what waits beside a write that fails', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file)
  const commits = Promise.allSettled([commit(store, unstorable('bad')), commit(store, insert('a'))])
  await store.close()
  t.strictSame((await commits).map(({ status }) => status), ['rejected', 'fulfilled'])
  t.strictSame(await idsOf(await open(t, file)), ['a'])
})

t.test('two stores may make one new file at the same moment', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const [one, two] = await Promise.all([open(t, file), open(t, file)])
  await Promise.all([commit(one, insert('a')), commit(two, insert('b'))])
  t.strictSame(await idsOf(one), ['a', 'b'])
  t.strictSame(await readChanges(one), await readChanges(two), 'they agree on the history\'s mark')
})

t.test('two processes may make one new file at the same moment', async (t) => {
  const dir = t.testdir()
  const files = Array.from({ length: 15 }, (_, n) => join(dir, `${n}.db`))
  const child = run(t, `
    import { once } from 'node:events'
    import { sqliteStore } from './storage/sqlite/index.ts'
    process.stdout.write('ready')
    await once(process.stdin, 'data')
    for (const file of process.argv.slice(-15)) {
      const store = await sqliteStore({ file })
      await store.commit({ tenant: 't', owner: 'calls/1' }, [{ kind: 'insert', record: { id: 'theirs', type: 'x', created: 'c', lastAction: '', status: -1, text: '{}' } }])
      await store.close()
    }
    process.exit()
  `, files)
  await once(child.stdout, 'data')
  child.stdin.write('go')
  for (const file of files) {
    const store = await sqliteStore({ file })
    await commit(store, insert('ours'))
    await store.close()
  }
  t.strictSame(await exitOf(child), [0, null])
  for (const file of files) {
    const store = await open(t, file)
    t.strictSame((await idsOf(store)).sort(), ['ours', 'theirs'])
    t.equal((await readChanges(store)).changes.length, 2)
  }
})
