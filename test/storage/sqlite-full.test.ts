import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import graphOperations, { sqliteStore, StoreFullError } from '../../index.js'
import type { Change, CommitOutcome, OperationStore } from '../../index.js'
import { calls, commit, exitOf, getVersion, idsOf, insert, open, readChanges, run, toRecord, withDatabase } from '../support/sqlite.js'

/** A file system of so many KiB, real and soon full; `undefined` where nobody may mount one. */
function mount (t: Test, kibibytes: number): string | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'operations-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', dir])
  t.teardown(() => {
    if (status === 0) spawnSync('umount', ['-l', dir])
    rmdirSync(dir)
  })
  return status === 0 ? dir : undefined
}

/** Fills a file system up to the last block; gives the room back when called. */
function fill (dir: string): () => void {
  const ballast = join(dir, 'ballast')
  const { bavail, bsize } = statfsSync(dir)
  writeFileSync(ballast, Buffer.alloc(bavail * bsize))
  return () => { rmSync(ballast) }
}

const withoutMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0 ? false : 'mounting a file system needs root'

const large = (id: string, characters = 100_000): Change => ({ kind: 'insert', record: toRecord(id, JSON.stringify({ text: 'x'.repeat(characters) })) })

/** Commits until there is no room; the ids that were acknowledged. */
async function writeUntilFull (store: OperationStore, name: string): Promise<string[]> {
  const acknowledged: string[] = []
  for (let n = 0; ; n += 1) {
    const id = `${name}-${n}`
    const error = await commit(store, large(id)).then(() => undefined, (error: unknown) => error)
    if (error !== undefined) {
      t.ok(error instanceof StoreFullError, `after ${n} commits`)
      return acknowledged
    }
    acknowledged.push(id)
  }
}

async function isIntact (file: string): Promise<boolean> {
  return await withDatabase(file, (database) => (database.prepare('PRAGMA integrity_check').get() as object as { integrity_check: string }).integrity_check) === 'ok'
}

t.test('a full disk: nothing is acknowledged, reads go on, and writes do again when there is room', { skip: withoutMount }, async (t) => {
  const dir = mount(t, 4_096)
  if (dir === undefined) return t.fail('the file system was not mounted')
  const file = join(dir, 'operations.db')
  const store = await open(t, file)
  const acknowledged = await writeUntilFull(store, 'a')
  t.ok(acknowledged.length > 3)

  // larger than what did not fit: a page more or less of an index changes nothing
  const mates = await Promise.allSettled([commit(store, large('one', 200_000)), commit(store, large('two', 200_000)), commit(store, large('three'), large('four'))])
  t.strictSame(mates.map(({ status }) => status), ['rejected', 'rejected', 'rejected'])
  for (const mate of mates) t.match(mate, { reason: { name: 'StoreFullError', cause: { code: 'ERR_SQLITE_ERROR' } } })
  t.strictSame((await idsOf(store)).sort(), [...acknowledged].sort(), 'what was acknowledged, and nothing else')
  t.match(await store.find({ ...calls, id: 'a-0' }), { id: 'a-0' })
  t.equal(await store.count(calls), acknowledged.length)
  const { changes, cursor } = await readChanges(store)
  t.strictSame(changes.map(({ id }) => id), acknowledged)

  // another tenant of the disk goes: no reopening, no waiting
  spawnSync('mount', ['-o', 'remount,size=16m', dir])
  const outcomes = await Promise.all([commit(store, large('one')), commit(store, large('three'), large('four'))])
  t.match(outcomes, [{ committed: true }, { committed: true }])
  t.strictSame((await readChanges(store, cursor)).changes.map(({ id }) => id), ['one', 'three', 'four'])
  await store.close()
  t.ok(await isIntact(file))
  t.equal((await idsOf(await open(t, file))).length, acknowledged.length + 3)
})

/** A store with ten large operations in its file, room for as much in its log, and not a block beside them. */
async function openCrowded (t: Test, dir: string): Promise<{ store: OperationStore, file: string, free: () => void }> {
  const file = join(dir, 'operations.db')
  const store = await open(t, file)
  for (let n = 0; n < 10; n += 1) await commit(store, large(`a-${n}`))
  await withDatabase(file, (database) => database.exec('PRAGMA wal_checkpoint(RESTART)'))
  return { store, file, free: fill(dir) }
}

t.test('on a disk that others filled, what fits into the log is written, whatever is beside it', { skip: withoutMount }, async (t) => {
  const dir = mount(t, 4_096)
  if (dir === undefined) return t.fail('the file system was not mounted')
  const { store, file, free } = await openCrowded(t, dir)
  const huge: Change = { kind: 'insert', record: toRecord('huge', JSON.stringify('x'.repeat(5_000_000))) }
  const outcomes = await Promise.allSettled([
    commit(store, { kind: 'remove', id: 'a-0' }), commit(store, huge), commit(store, insert('small')), commit(store, { kind: 'remove', id: 'a-1' }), commit(store, insert('mate'), huge)
  ])
  t.match(outcomes, [
    { value: { committed: true } }, { reason: { name: 'StoreFullError' } }, { value: { committed: true } }, { value: { committed: true } }, { reason: { name: 'StoreFullError' } }
  ])
  const stored = [...Array.from({ length: 8 }, (_, n) => `a-${n + 2}`), 'small']
  t.strictSame(await idsOf(store), stored)
  await store.close()
  free()
  t.ok(await isIntact(file), 'closing without room for a checkpoint loses nothing')
  t.strictSame(await idsOf(await open(t, file)), stored)
})

t.test('on a disk that others filled, the room of the log is used again and again', { skip: withoutMount }, async (t) => {
  const dir = mount(t, 4_096)
  if (dir === undefined) return t.fail('the file system was not mounted')
  const { store } = await openCrowded(t, dir)
  let version = (await store.find({ ...calls, id: 'a-0' }))?.version ?? ''
  for (let n = 0; n < 50; n += 1) version = await getVersion(store, { ...large('a-0'), kind: 'replace', expectedVersion: version } as Change)
  t.match(await store.find({ ...calls, id: 'a-0' }), { version })
})

t.test('a look tells before a write does that there is no room, or that the file may only be read', { skip: withoutMount }, async (t) => {
  const dir = mount(t, 4_096)
  if (dir === undefined) return t.fail('the file system was not mounted')
  const file = join(dir, 'operations.db')
  const store = await open(t, file)
  await commit(store, insert('a'))
  const look = async (): Promise<void> => await store.check?.()
  await look()
  // a log without room
  await withDatabase(file, (database) => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
  const free = fill(dir)
  await t.rejects(look, { code: 'ERR_SQLITE_ERROR', message: /full/ })
  t.strictSame(await idsOf(store), ['a'], 'reads go on')
  free()
  await look()
  for (const args of [['--bind', dir, dir], ['-o', 'remount,ro,bind', dir]]) t.equal(spawnSync('mount', args).status, 0)
  await t.rejects(look, { code: 'EROFS' })
  spawnSync('umount', [dir])
  await look()
  t.match(await commit(store, insert('b')), { committed: true })
})

t.test('over HTTP: 507 for writes, 200 for reads, and 200 for both when there is room', { skip: withoutMount }, async (t) => {
  const dir = mount(t, 2_048)
  if (dir === undefined) return t.fail('the file system was not mounted')
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(graphOperations, { prefix: '/v1.0', store: await sqliteStore({ file: join(dir, 'operations.db') }), auth: 'none' })
  const url = '/v1.0/communications/calls/57/operations'
  const created = await app.inject({ method: 'POST', url, payload: {} })
  const one = `${url}/${created.json<{ id: string }>().id}`
  // a call's operation is open
  const toPayload = (notes: number): Record<string, string> => Object.fromEntries(Array.from({ length: notes }, (_, n) => [`note${n}`, 'x'.repeat(4_000)]))
  let status = 201
  for (let n = 0; status === 201 && n < 500; n += 1) status = (await app.inject({ method: 'POST', url, payload: toPayload(5) })).statusCode
  t.equal(status, 507)
  // larger than what did not fit
  const payload = toPayload(15)
  for (const [method, target] of [['POST', url], ['PATCH', one]] as const) {
    const answer = await app.inject({ method, url: target, payload })
    t.equal(answer.statusCode, 507, method)
    t.match(answer.json(), { error: { code: 'quotaLimitReached', message: 'there is no room for the change', innerError: { 'request-id': /./ } } })
    t.equal((await app.inject(one)).statusCode, 200)
    t.equal((await app.inject(url)).statusCode, 200)
    t.equal((await app.inject(`${url}/$count`)).statusCode, 200)
  }
  spawnSync('mount', ['-o', 'remount,size=8m', dir])
  t.equal((await app.inject({ method: 'PATCH', url: one, payload })).statusCode, 200)
  t.equal((await app.inject({ method: 'POST', url, payload: toPayload(5) })).statusCode, 201)
})

t.test('a limit of file sizes is a full disk too', async (t) => {
  const dir = t.testdir()
  const file = join(dir, 'operations.db')
  await (await sqliteStore({ file })).close()
  // in units of 1,024 bytes
  const child = run(t, `
    import { sqliteStore } from './storage/sqlite/index.ts'
    const calls = { tenant: 't', owner: 'calls/1' }
    const store = await sqliteStore({ file: process.argv.at(-1) })
    const outcomes = []
    const write = async (id, length) => {
      const record = { id, type: 'x', created: 'c', lastAction: '', status: -1, text: JSON.stringify('x'.repeat(length)) }
      return await store.commit(calls, [{ kind: 'insert', record }]).then(() => 'stored', ({ name }) => name)
    }
    await write('first', 10)
    const answers = new Set()
    for (let n = 0; n < 60; n += 1) answers.add(await write('id-' + n, 100_000))
    const { id } = await store.find({ ...calls, id: 'first' })
    const stored = await store.count(calls)
    await store.close()
    process.stdout.write(JSON.stringify({ answers: [...answers], id, stored }))
  `, [file], { before: ['bash', '-c', 'ulimit -f 2048; exec "$@"', '-'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
  t.strictSame(await exitOf(child), [0, null])
  const { answers, id, stored } = JSON.parse(output) as { answers: string[], id: string, stored: number }
  t.strictSame(answers, ['stored', 'StoreFullError'])
  t.equal(id, 'first')
  const store = await open(t, file)
  t.equal(await store.count(calls), stored)
  t.match(await commit(store, large('later')), { committed: true } satisfies Partial<CommitOutcome>)
  t.match(await commit(store, insert('last')), { committed: true })
  await store.close()
  t.ok(await isIntact(file))
})
