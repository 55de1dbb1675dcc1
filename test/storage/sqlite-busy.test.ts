import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { StoreUnavailableError } from '../../index.js'
import type { OperationStore } from '../../index.js'
import { isPromise } from '../../storage/awaitable.js'
import { everything } from '../../storage/query/tree.js'
import { untilFree, whenFree } from '../../storage/sqlite/busy.js'
import { chooseDriver } from '../../storage/sqlite/driver.js'
import { ReadThread } from '../../storage/sqlite/read-thread.js'
import { calls, commit, exitOf, insert, open, readChanges, run, withDatabase } from '../support/sqlite.js'

const withoutPerl = spawnSync('perl', ['-v']).status === 0 ? false : 'there is no perl'

/**
 * Another process that found the index of the write-ahead log broken, and holds what a process holds that makes
 * it anew: the locks to write, to checkpoint and to recover.
 * @see https://sqlite.org/walformat.html#the_wal_index_file_format
 */
async function recover (t: Test, file: string): Promise<() => Promise<void>> {
  const child = spawn('perl', ['-e', `
    use Fcntl;
    open(my $shm, '+<', $ARGV[0]) or die;
    my $lock = pack('s s x4 q q i x4', F_WRLCK, 0, 120, 3, 0);
    fcntl($shm, F_SETLK, $lock) or die;
    syswrite($shm, 'broken' x 16);
    syswrite(STDOUT, 'held');
    sysread(STDIN, my $end, 1);
  `, `${file}-shm`], { stdio: ['pipe', 'pipe', 'inherit'], timeout: 30_000 })
  t.teardown(() => { child.kill('SIGKILL') })
  await once(child.stdout, 'data')
  return async () => {
    child.stdin.end()
    await exitOf(child)
  }
}

const busy = (code = 261): Error => Object.assign(new Error('database is locked'), { errcode: code })

const reads: Readonly<Record<string, (store: OperationStore) => unknown>> = {
  find: (store) => store.find({ ...calls, id: 'a' }),
  list: (store) => store.list(calls, everything, { limit: 10, skip: 0 }),
  count: (store) => store.count(calls),
  changes: (store) => store.changes(calls, undefined, 10)
}

t.test('reads answer at once while nothing is in the way', async (t) => {
  const store = await open(t, join(t.testdir(), 'operations.db'))
  await commit(store, insert('a'))
  for (const [name, read] of Object.entries(reads)) t.notOk(isPromise(read(store)), name)
  t.notOk(isPromise(store.list(calls, { ...everything, filter: { kind: 'literal', value: true } }, { limit: 1_000, skip: 5_000 })), 'a small collection is read whole')
  t.notOk(isPromise(store.changes(calls, undefined, 1_000)))
})

t.test('reads wait while another process recovers the log, and the event loop goes on', { skip: withoutPerl }, async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file)
  await commit(store, insert('a'))
  const expected = Object.values(reads).map((read) => read(store))
  const release = await recover(t, file)
  let answered = 0
  const answers = Object.values(reads).map(async (read) => {
    const answer = await read(store)
    answered += 1
    return answer
  })
  const written = commit(store, insert('b'))
  for (let turn = 0; turn < 20; turn += 1) {
    await delay(5)
    await nextTurn()
  }
  t.equal(answered, 0, 'nothing is answered while the file is held')
  await release()
  const found = await Promise.all(answers)
  t.match(found[0], { id: 'a' })
  t.same(found[0], expected[0])
  t.match(await written, { committed: true })
  t.strictSame((await readChanges(store)).changes.map(({ id }) => id), ['a', 'b'])
  t.notOk(isPromise(store.find({ ...calls, id: 'a' })), 'at once again')
})

t.test('reads give up when the file stays held, as a store that is away', { skip: withoutPerl }, async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file, { busyTimeoutMillis: 60 })
  await commit(store, insert('a'))
  const release = await recover(t, file)
  for (const [name, read] of Object.entries(reads)) {
    const error = await Promise.resolve(read(store)).catch((error: unknown) => error)
    t.ok(error instanceof StoreUnavailableError, name)
    t.match(error, { message: 'another process holds the file', cause: { code: 'ERR_SQLITE_ERROR' } })
  }
  await release()
  t.match(store.find({ ...calls, id: 'a' }), { id: 'a' })
})

t.test('the thread of long reads waits too, and gives up too', { skip: withoutPerl }, async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file)
  await commit(store, insert('a'))
  const thread = new ReadThread({ driver: (await chooseDriver()).name, file, busyTimeoutMillis: 300 })
  t.teardown(() => thread.close())
  t.equal(await thread.run('count', calls, undefined), 1)
  const release = await recover(t, file)
  await t.rejects(thread.run('count', calls, undefined), new StoreUnavailableError('another process holds the file'))
  await release()
  t.equal(await thread.run('count', calls, undefined), 1)
})

t.test('a read that waits when the store is closed is rejected', { skip: withoutPerl }, async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file)
  await commit(store, insert('a'))
  const release = await recover(t, file)
  const waiting = t.rejects(Promise.resolve(store.count(calls)), { name: 'StoreUnavailableError', message: 'the store is closed' })
  await store.close()
  await waiting
  await release()
})

t.test('any error but a busy file is thrown at once', async (t) => {
  const full = busy(13)
  t.throws(() => whenFree(() => { throw full }, 1_000), full)
  for (const code of [5, 6, 15, 261, 262, 517]) {
    let tries = 0
    const answer = whenFree(() => {
      tries += 1
      if (tries < 3) throw busy(code)
      return 'free'
    }, 10_000)
    t.ok(isPromise(answer), `code ${code}`)
    t.equal(await answer, 'free')
  }
  let tries = 0
  await t.rejects(Promise.resolve(whenFree(() => {
    tries += 1
    throw tries < 3 ? busy() : full
  }, 10_000)), full)
  await t.rejects(untilFree(() => { throw busy() }, 0), busy())
})

t.test('four processes that write at once all get their turn, beside one that checkpoints', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file)
  const writer = `
    import { sqliteStore } from './storage/sqlite/index.ts'
    const [file, name] = process.argv.slice(-2)
    const store = await sqliteStore({ file })
    process.stdout.write('ready')
    await new Promise((resolve) => process.stdin.once('data', resolve))
    let done = 0
    let longest = 0
    const write = async (lane) => {
      for (let n = 0; n < 25; n += 1) {
        const start = Date.now()
        const id = [name, lane, n].join('-')
        const { committed } = await store.commit({ tenant: 't', owner: 'calls/1' }, [{ kind: 'insert', record: { id, type: 'x', created: 'c', lastAction: '', status: -1, text: '{}' } }])
        if (committed) done += 1
        longest = Math.max(longest, Date.now() - start)
      }
    }
    await Promise.all([0, 1, 2, 3].map(write))
    await store.close()
    process.stdout.write(' ' + done + ' ' + longest)
    process.exit()
  `
  const checkpointer = `
    const { DatabaseSync } = await import('@photostructure/sqlite')
    const database = new DatabaseSync(process.argv.at(-1))
    process.stdout.write('ready')
    setInterval(() => { try { database.exec('PRAGMA wal_checkpoint(TRUNCATE)') } catch {} }, 1)
  `
  const children = ['a', 'b', 'c', 'd'].map((name) => run(t, writer, [file, name]))
  const other = run(t, checkpointer, [file], { flags: [] })
  const outputs = children.map(() => '')
  await Promise.all([...children, other].map(async (child) => { await once(child.stdout, 'data') }))
  children.forEach((child, index) => child.stdout.on('data', (chunk: Buffer) => { outputs[index] = `${outputs[index] ?? ''}${chunk.toString()}` }))
  for (const child of children) child.stdin.write('go')
  t.strictSame(await Promise.all(children.map(exitOf)), children.map(() => [0, null]))
  other.kill('SIGKILL')
  for (const output of outputs) {
    const [, done, longest] = output.split(' ')
    t.equal(done, '100', `the longest commit took ${longest} ms`)
  }
  t.equal(await store.count(calls), 400)
  const { changes } = await readChanges(store)
  t.equal(new Set(changes.map(({ version }) => version)).size, 400)
  t.strictSame(await withDatabase(file, (database) => database.prepare('PRAGMA integrity_check').all().map((row) => ({ ...row as object }))), [{ integrity_check: 'ok' }])
})
