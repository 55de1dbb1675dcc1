import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { backupSqlite, sqliteStore } from '../../index.js'
import type { Change } from '../../index.js'
import { calls, commit, exitOf, getVersion, idsOf, insert, lock, open, readChanges, readPragma, root, run, toRecord, withDatabase } from '../support/sqlite.js'
import { toUncounted } from '../support/uncounted.js'

t.test('a backup while a process writes is a state between two commits, with all that was acknowledged before', async (t) => {
  const dir = t.testdir()
  const file = join(dir, 'operations.db')
  // each commit has an insert into one collection, one into another, and the removal of what is 20 commits old
  const writer = run(t, `
    import { writeSync } from 'node:fs'
    import { sqliteStore } from './storage/sqlite/index.ts'
    const store = await sqliteStore({ file: process.argv.at(-1) })
    const calls = { tenant: 't', owner: 'calls/1' }
    const toInsert = (id) => ({ kind: 'insert', record: { id, type: 'x', created: '2026-01-01T00:00:00.0000000Z', lastAction: '', status: -1, text: JSON.stringify('x'.repeat(2_000)) } })
    for (let n = 0; ; n += 1) {
      await store.commit(calls, [toInsert('a-' + n), toInsert('b-' + n), ...(n < 20 ? [] : [{ kind: 'remove', id: 'a-' + (n - 20) }])])
      writeSync(1, n + '\\n')
    }
  `, [file], { timeout: 200_000 })
  let acknowledged = ''
  writer.stdout.on('data', (chunk: Buffer) => { acknowledged += chunk.toString() })
  const countOf = (): number => acknowledged.split('\n').length - 1
  while (countOf() < 100) await once(writer.stdout, 'data')

  const targets = ['one.db', 'two.db'].map((name) => join(dir, name))
  for (const target of targets) {
    const before = countOf()
    await backupSqlite({ file, target })
    t.ok(countOf() > before, `${countOf() - before} commits meanwhile`)
    t.strictSame(await withDatabase(target, (database) => readPragma(database, 'integrity_check')), 'ok')
    const copy = await open(t, target)
    const ids = await copy.list(calls, { orderBy: [] }, { limit: 1_000_000, skip: 0 })
    const numbersOf = (letter: string): number[] => ids.filter(({ id }) => id.startsWith(letter)).map(({ id }) => Number(id.slice(2))).sort((a, b) => a - b)
    const commits = numbersOf('b').length
    t.ok(commits >= before, `${commits} commits of ${before} acknowledged before`)
    t.strictSame(numbersOf('b'), Array.from({ length: commits }, (_, n) => n), 'a prefix')
    t.strictSame(numbersOf('a'), Array.from({ length: 20 }, (_, n) => commits - 20 + n), 'commits are whole')
    const versions = new Map<string, string>()
    const page = await copy.changes(calls, undefined, 1_000_000)
    for (const { kind, id, version } of page.expired ? [] : page.changes) {
      if (kind === 'removed') versions.delete(id)
      else versions.set(id, version)
    }
    t.strictSame(new Map(ids.map(({ id, version }) => [id, version] as const).sort()), new Map([...versions].sort()), 'the history agrees')
    await copy.close()
  }
  writer.kill('SIGKILL')
  await exitOf(writer)
  t.strictSame(readdirSync(dir).filter((name) => name.includes('partial')), [], 'no part is left')
})

t.test('a cursor from after the backup is expired in the copy, whatever is written to it', async (t) => {
  const dir = t.testdir()
  const [file, target] = [join(dir, 'operations.db'), join(dir, 'copy.db')]
  const store = await open(t, file)
  const { cursor: empty } = await readChanges(store)
  await commit(store, insert('a'))
  const { cursor: before } = await readChanges(store)
  await backupSqlite({ file, target })
  await commit(store, insert('b'))
  const { cursor: after } = await readChanges(store)

  const copy = await open(t, target)
  t.equal(copy.secret, store.secret, 'links of pages go on')
  t.strictSame(await copy.changes(calls, after, 10), { expired: true }, 'before it has as many changes')
  for (const id of ['c', 'd', 'e']) {
    await commit(copy, insert(id))
    t.strictSame(await copy.changes(calls, after, 10), { expired: true }, 'and when it has')
  }
  const idsAfter = async (cursor: string): Promise<string[]> => (await readChanges(copy, cursor)).changes.map(({ id }) => id)
  t.strictSame(await idsAfter(empty), ['a', 'c', 'd', 'e'])
  t.strictSame(await idsAfter(before), ['c', 'd', 'e'], 'cursors from before are good')
  const { cursor: later } = await readChanges(copy)
  t.strictSame(await store.changes(calls, later, 10), { expired: true }, 'the file does not take those of the copy')
})

t.test('what a cursor tells', async (t) => {
  const dir = t.testdir()
  const store = await open(t, join(dir, 'operations.db'), { keptChanges: 2 })
  const other = { ...calls, owner: 'calls/2' }
  const start = await readChanges(store, undefined, other)
  const versions = [await getVersion(store, insert('a'))]
  const quiet = (await readChanges(store, start.cursor, other)).cursor
  versions.push(await getVersion(store, insert('b')))
  const next = (await readChanges(store, quiet, other)).cursor
  t.not(next, quiet, 'a quiet collection keeps up with the others')
  t.notOk(versions.some((version) => `${quiet} ${next}`.includes(version)), 'no entity tag of another is in it')
  for (const id of ['c', 'd']) await commit(store, insert(id))
  t.strictSame(await store.changes(other, start.cursor, 10), { expired: true })
  t.strictSame(await store.changes(other, quiet, 10), { expired: true })
  t.strictSame((await readChanges(store, next, other)).changes, [])
  const page = await store.changes(calls, next, 0)
  t.match(page, { expired: false, changes: [], cursor: next }, 'a page of none passes nothing over')
})

t.test('a backup overwrites nothing and leaves nothing behind when it fails', async (t) => {
  const dir = t.testdir({ 'taken.db': 'mine', 'text.db': 'not a database. '.repeat(100) })
  const file = join(dir, 'operations.db')
  await (await sqliteStore({ file })).close()
  // what is beside a file goes when the driver collects the statements of its connection
  const listNames = (): string[] => readdirSync(dir).filter((name) => !/-(?:wal|shm)$/.test(name))
  const names = listNames()
  await t.rejects(backupSqlite({ file, target: join(dir, 'taken.db') }), { code: 'OPS_ERR_SQLITE_FILE', message: /taken\.db.*there already/ })
  t.equal(readFileSync(join(dir, 'taken.db'), 'utf8'), 'mine')
  await t.rejects(backupSqlite({ file, target: file }), { code: 'OPS_ERR_SQLITE_FILE', message: /there already/ })
  await t.rejects(backupSqlite({ file: join(dir, 'none.db'), target: join(dir, 'a.db') }), { code: 'OPS_ERR_SQLITE_FILE', message: /none\.db.*not there/ })
  await t.rejects(backupSqlite({ file: join(dir, 'text.db'), target: join(dir, 'a.db') }), { code: 'OPS_ERR_SQLITE_FILE', message: /text\.db.*not a database/ })
  await t.rejects(backupSqlite({ file, target: join(dir, 'no', 'such', 'a.db') }), { code: 'OPS_ERR_SQLITE_FILE' })
  await t.rejects(backupSqlite({ file, target: join(dir, 'text.db', 'a.db') }), { code: 'OPS_ERR_SQLITE_FILE', message: /ENOTDIR/ })
  t.strictSame(listNames(), names)

  const invoices = join(dir, 'invoices.db')
  await withDatabase(invoices, (database) => { database.exec('CREATE TABLE invoices (id)') })
  const bytes = readFileSync(invoices)
  await t.rejects(backupSqlite({ file: invoices, target: join(dir, 'a.db') }), { code: 'OPS_ERR_SQLITE_FILE', message: /not the file of a store/ })
  t.strictSame(readFileSync(invoices), bytes, 'another program\'s file is left as it is')
})

t.test('a backup that is interrupted leaves nothing behind', async (t) => {
  const dir = t.testdir()
  const file = join(dir, 'operations.db')
  const store = await sqliteStore({ file })
  const text = JSON.stringify('x'.repeat(200_000))
  for (let n = 0; n < 5; n += 1) await commit(store, ...Array.from({ length: 50 }, (_, k): Change => ({ kind: 'insert', record: { ...toRecord(`${n}-${k}`), text } })))
  await store.close()
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
    const child = spawn(...toUncounted(process.execPath, '--import', 'tsx', join(root, 'backup.ts'), join(dir, 'copy.db'), file), { cwd: root, stdio: 'ignore' })
    const end = once(child, 'exit')
    while (!readdirSync(dir).some((name) => name.endsWith('.partial'))) await delay(1)
    child.kill(signal)
    t.strictSame(await end, [code, null])
    t.strictSame(readdirSync(dir).filter((name) => name.startsWith('copy')), [])
  }
})

t.test('a copy is for those who may read the file, whatever name it was reached by', async (t) => {
  const dir = t.testdir({ link: t.fixture('symlink', 'operations.db'), dangling: t.fixture('symlink', 'none.db') })
  const file = join(dir, 'operations.db')
  await (await sqliteStore({ file })).close()
  chmodSync(file, 0o600)
  await backupSqlite({ file: join(dir, 'link'), target: join(dir, 'copy.db') })
  t.equal(statSync(join(dir, 'copy.db')).mode & 0o777, 0o600)
  await t.rejects(backupSqlite({ file: join(dir, 'dangling'), target: join(dir, 'other.db') }), { code: 'OPS_ERR_SQLITE_FILE', message: /dangling.*not there/ })
  t.strictSame(['none.db', 'other.db'].filter((name) => existsSync(join(dir, name))), [])
})

t.test('a copy that is not sound gets no name', async (t) => {
  const dir = t.testdir()
  const file = join(dir, 'operations.db')
  await (await sqliteStore({ file })).close()
  await withDatabase(file, (database) => {
    database.exec('CREATE TABLE damaged (x CHECK (x > 0)); PRAGMA ignore_check_constraints=1; INSERT INTO damaged VALUES (-1)')
  })
  await t.rejects(backupSqlite({ file, target: join(dir, 'copy.db') }), { code: 'OPS_ERR_SQLITE_FILE', message: /the copy is not sound: CHECK/ })
  t.strictSame(readdirSync(dir).filter((name) => !name.startsWith('operations.db')), [])
})

t.test('a backup does not wait for a writer', async (t) => {
  const dir = t.testdir()
  const file = join(dir, 'operations.db')
  const store = await open(t, file)
  await commit(store, insert('a'))
  const release = await lock(t, file)
  await backupSqlite({ file, target: join(dir, 'copy.db'), busyTimeoutMillis: 1_000 })
  await release()
  t.strictSame(await idsOf(await open(t, join(dir, 'copy.db'))), ['a'])
})

t.test('npm run backup', async (t) => {
  const dir = t.testdir()
  const store = await open(t, join(dir, 'operations.db'))
  await commit(store, { kind: 'insert', record: toRecord('a') })
  const backup = (...args: string[]): [number | null, string, string] => {
    const { status, stdout, stderr } = spawnSync('env', ['-u', 'NODE_OPTIONS', '-u', 'NODE_V8_COVERAGE', process.execPath, '--import', import.meta.resolve('tsx'), join(root, 'backup.ts'), ...args], { cwd: dir, encoding: 'utf8' })
    return [status, stdout, stderr]
  }
  t.strictSame(backup('copy.db'), [0, 'copy.db\n', ''])
  t.strictSame(await idsOf(await open(t, join(dir, 'copy.db'))), ['a'])
  t.strictSame(backup('again.db', 'sqlite:copy.db'), [0, 'again.db\n', ''])
  mkdirSync(join(dir, 'folder'))
  t.strictSame(backup(join(dir, 'folder', 'a.db'), join(dir, 'again.db'))[0], 0)
  t.match(backup('copy.db'), [1, '', /copy\.db cannot be used: it is there already\n$/])
  t.match(backup(), [1, '', /usage: npm run backup -- TARGET \[SOURCE\]/])
  t.match(backup('a', 'b', 'c'), [1, '', /usage/])
  t.notOk(existsSync(join(dir, 'a')))
})
