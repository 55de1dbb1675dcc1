import { once } from 'node:events'
import { createServer, Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import type { Test } from 'tap'
import { channels, OutcomeUnknownError, postgresStore, StoreFullError, StoreUnavailableError } from '../../index.js'
import type { Change, Collection, CommitBatch, CommitOutcome, CommittedChange, NewRecord, OperationRecord, OperationStore, PostgresStoreOptions } from '../../index.js'
import { follow } from '../../plugins/follow.js'
import { storeConformance } from '../../storage/conformance.js'
import { isUndone } from '../../storage/postgres/failures.js'
import { loadDriver } from '../../storage/postgres/driver.js'
import { everything } from '../../storage/query/tree.js'
import { startPair, startPostgres } from '../support/postgres.js'
import { startProxy } from '../support/proxy.js'

const calls: Collection = { tenant: 't', owner: 'calls/1' }
const toRecord = (id: string, text = '{}'): NewRecord => ({ id, type: 'x', created: '2026-01-01T00:00:00.0000000Z', lastAction: '', status: -1, text })
const insert = (id: string, text?: string): Change => ({ kind: 'insert', record: toRecord(id, text) })
const replace = (id: string, expectedVersion: string, text = '{"n":1}'): Change => ({ kind: 'replace', record: toRecord(id, text), expectedVersion })

async function open (t: Test, url: string, options: Partial<PostgresStoreOptions> = {}): Promise<OperationStore> {
  const store = await postgresStore({ url, ...options })
  t.teardown(async () => { await store.close() })
  return store
}

async function commit (store: OperationStore, ...changes: Change[]): Promise<CommitOutcome> {
  return await store.commit(calls, changes)
}

async function getVersion (store: OperationStore, change: Change): Promise<string> {
  const outcome = await commit(store, change)
  if (!outcome.committed) throw new Error(outcome.reason)
  return outcome.records[0]?.version ?? ''
}

async function readChanges (store: OperationStore, cursor?: string, collection = calls): Promise<{ changes: readonly CommittedChange[], cursor: string }> {
  const page = await store.changes(collection, cursor, 1_000)
  if (page.expired) throw new Error('expired')
  return page
}

async function idsOf (store: OperationStore): Promise<string[]> {
  return (await store.list(calls, everything, { limit: 1_000, skip: 0 })).map(({ id }) => id)
}

const server = await startPostgres(t)

t.test('postgres conforms', async (t) => {
  const url = await server.makeDatabase()
  const schemas = new Map<OperationStore, string>()
  const makeStore = async (schema: string): Promise<OperationStore> => {
    const store = await postgresStore({ url, schema })
    schemas.set(store, schema)
    return store
  }
  storeConformance({
    test: (name, run) => t.test(name, async (t) => { await run(); t.pass('no assertion failed') }),
    makeStore: async () => await makeStore(`store_${schemas.size}`),
    makePeer: async (store) => await makeStore(schemas.get(store)!)
  })
})

t.test('everything is there for another process, and stays', async (t) => {
  const url = await server.makeDatabase()
  const first = await postgresStore({ url })
  const second = await open(t, url)
  const version = await getVersion(first, insert('a'))
  t.match(await second.find({ ...calls, id: 'a' }), { version })
  t.equal(second.secret, first.secret)
  const { cursor } = await readChanges(first)
  await commit(second, insert('b'))
  await first.close()
  const third = await open(t, url)
  t.strictSame((await readChanges(third, cursor)).changes.map(({ id }) => id), ['b'], 'a cursor of one process holds in the others')
  t.equal(third.secret, second.secret)
  t.match(await commit(third, replace('a', version)), { committed: true })
  t.strictSame(await commit(second, replace('a', version)), { committed: false, index: 0, reason: 'changed' })
})

t.test('a cursor is good for its collection only', async (t) => {
  const store = await open(t, await server.makeDatabase())
  await commit(store, insert('a'))
  const { cursor } = await readChanges(store)
  const other = { tenant: 't', owner: 'calls/2' }
  await store.commit(other, [insert('b')])
  t.strictSame(await store.changes(other, cursor, 10), { expired: true })
  t.strictSame((await readChanges(store, undefined, { tenant: 't', owner: 'calls/3' })).changes, [])
})

t.test('commits that arrive together go in one statement', async (t) => {
  const url = await server.makeDatabase()
  const store = await open(t, url)
  const sequenceOf = async (): Promise<number> => Number((await server.query('SELECT count(DISTINCT xmin::text)::int AS count FROM graph_operations.operations', [], url))[0].count)
  await commit(store, insert('first'))
  const batches: CommitBatch[] = []
  t.teardown(follow(channels.batch, (batch) => { batches.push(batch) }))
  const outcomes = await Promise.all(Array.from({ length: 600 }, async (_, n) => await commit(store, insert(`id-${n}`))))
  t.match(batches, [{ store, commits: 256, changes: 256, waiting: 344 }, { commits: 256, waiting: 88 }, { commits: 88, waiting: 0 }], 'which is told')
  t.ok(outcomes.every(({ committed }) => committed))
  t.equal(await sequenceOf(), 4, '256, 256 and 88 in a transaction each')
  t.strictSame((await readChanges(store)).changes.map(({ id }) => id), ['first', ...Array.from({ length: 600 }, (_, n) => `id-${n}`)], 'in the order they came')
  const large = 'x'.repeat(262_000)
  await Promise.all(Array.from({ length: 9 }, async (_, n) => await commit(store, insert(`large-${n}`, JSON.stringify({ large })))))
  t.equal(await sequenceOf(), 7, 'and about 1 MiB of text: 4, 4 and 1')
})

t.test('commits of one id keep their order, whatever is beside them', async (t) => {
  const store = await open(t, await server.makeDatabase())
  const outcomes = await Promise.all([
    commit(store, insert('a')),
    commit(store, { kind: 'remove', id: 'a' }),
    commit(store, insert('b')),
    commit(store, insert('a'), insert('c')),
    commit(store, { kind: 'remove', id: 'c' }),
    commit(store, insert('c')),
    commit(store, { kind: 'remove', id: 'missing' }),
    commit(store)
  ])
  t.strictSame(outcomes.map((outcome) => outcome.committed || outcome.reason), [true, true, true, true, true, true, 'missing', true])
  t.strictSame(await idsOf(store), ['a', 'b', 'c'])
  t.strictSame((await readChanges(store)).changes.filter(({ id }) => id !== 'b').map(({ kind, id }) => `${kind} ${id}`), ['inserted a', 'removed a', 'inserted a', 'inserted c', 'removed c', 'inserted c'])
})

t.test('a commit of several changes is one transaction, of steps where an id comes again', async (t) => {
  const store = await open(t, await server.makeDatabase())
  const changes: Change[] = [insert('a'), insert('b'), { kind: 'remove', id: 'a' }, insert('a', '{"n":2}'), { kind: 'remove', id: 'b' }]
  t.match(await commit(store, ...changes), { committed: true, records: [{ id: 'a' }, { id: 'b' }, undefined, { text: '{"n":2}' }, undefined] })
  t.strictSame(await idsOf(store), ['a'])
  t.strictSame((await readChanges(store)).changes.map(({ kind, id }) => `${kind} ${id}`), ['inserted a', 'inserted b', 'removed a', 'inserted a', 'removed b'])
  t.strictSame(await commit(store, insert('c'), insert('a')), { committed: false, index: 1, reason: 'exists' })
  t.strictSame(await idsOf(store), ['a'])
})

t.test('the history is bounded, and an old cursor is expired', async (t) => {
  const store = await open(t, await server.makeDatabase(), { keptChanges: 10 })
  const empty = await readChanges(store)
  for (let n = 0; n < 25; n += 1) {
    await commit(store, insert(`id-${n}`))
    const kept = (await readChanges(store)).changes
    t.ok(kept.length >= Math.min(n + 1, 10) && kept.length <= 11, `${kept.length} kept after ${n + 1}`)
    t.equal(kept.at(-1)?.id, `id-${n}`)
  }
  t.strictSame(await store.changes(calls, empty.cursor, 10), { expired: true })
  const { cursor } = await readChanges(store)
  await commit(store, ...Array.from({ length: 30 }, (_, n) => insert(`more-${n}`)))
  t.strictSame(await store.changes(calls, cursor, 10), { expired: true }, 'a transaction drops too')
  t.strictSame((await readChanges(store)).changes.map(({ id }) => id), Array.from({ length: 10 }, (_, n) => `more-${n + 20}`))
  t.equal(await store.count(calls), 55, 'the records stay')
})

t.test('commits that meet a conflict do not make the history grow without end', async (t) => {
  const store = await open(t, await server.makeDatabase(), { keptChanges: 10 })
  await commit(store, insert('a'))
  for (let n = 2; n <= 200; n += 1) await commit(store, insert(n % 10 === 0 ? 'a' : `id-${n}`))
  const { changes } = await readChanges(store)
  t.ok(changes.length <= 12, `${changes.length} are kept`)
})

t.test('a restored database answers to the cursors of before the copy, and to no later ones', async (t) => {
  const url = await server.makeDatabase()
  const own = await open(t, url)
  const { cursor: empty } = await readChanges(own)
  await commit(own, insert('a'))
  const { cursor: before } = await readChanges(own)
  await own.close()
  // the template of a copy has no connections
  const name = `${url.split('/').at(-1)}_copy`
  await server.query(`CREATE DATABASE ${name} TEMPLATE ${url.split('/').at(-1)}`)
  const store = await open(t, url)
  await commit(store, insert('b'))
  const { cursor: after } = await readChanges(store)

  const copy = await open(t, url.replace(/[^/]*$/, name))
  t.equal(copy.secret, store.secret, 'links of pages go on')
  for (const id of ['c', 'd', 'e']) {
    t.strictSame(await copy.changes(calls, after, 10), { expired: true })
    await commit(copy, insert(id))
  }
  t.strictSame(await copy.changes(calls, after, 10), { expired: true })
  const idsAfter = async (cursor: string): Promise<string[]> => (await readChanges(copy, cursor)).changes.map(({ id }) => id)
  t.strictSame(await idsAfter(empty), ['a', 'c', 'd', 'e'])
  t.strictSame(await idsAfter(before), ['c', 'd', 'e'])
  t.strictSame(await store.changes(calls, (await readChanges(copy)).cursor, 10), { expired: true })
})

t.test('a key is looked up by the key, also before the database has statistics', async (t) => {
  const url = await server.makeDatabase()
  const store = await open(t, url)
  await server.query('ALTER TABLE graph_operations.operations SET (autovacuum_enabled = false)', [], url)
  for (let n = 0; n < 3_000; n += 1_000) await commit(store, ...Array.from({ length: 1_000 }, (_, k) => insert(`id-${n + k}`)))
  for (let n = 0; n < 20; n += 1) await commit(store, replace(`id-${n}`, (await store.find({ ...calls, id: `id-${n}` }))?.version ?? ''))
  await commit(store, { kind: 'remove', id: 'id-7' })
  await store.close()
  let reads: Array<{ indexrelname: string, scans: number, entries: number }>
  do {
    reads = await server.query("SELECT indexrelname, idx_scan::int AS scans, idx_tup_read::int AS entries FROM pg_stat_user_indexes WHERE relname = 'operations'", [], url)
  } while (!reads.some(({ scans }) => scans > 3_000))
  t.strictSame(reads.filter(({ indexrelname }) => indexrelname !== 'operations_pkey').map(({ scans }) => scans), [0, 0, 0])
  const [key] = reads.filter(({ indexrelname }) => indexrelname === 'operations_pkey')
  t.ok(key!.entries < 1_000, `${key!.entries} entries of the index were read`)
})

t.test('options that cannot be are refused', async (t) => {
  const url = 'postgres://postgres@127.0.0.1/postgres'
  const wrong: Array<Partial<PostgresStoreOptions>> = [
    { url: 'mysql://x' }, { url: '' }, { url: 'postgres://host:port/x' }, { schema: 'A' }, { schema: 'a"; DROP' }, { schema: 'x'.repeat(64) }, { keptChanges: 0 },
    { maxConnections: 1 }, { maxConnections: 2.5 }, { connectionTimeoutMillis: 0 }, { statementTimeoutMillis: -1 }, { retryMillis: Number.NaN }, { caseCollation: 'x"' }
  ]
  for (const options of wrong) await t.rejects(postgresStore({ url, ...options }), { code: 'OPS_ERR_OPTION' }, JSON.stringify(options))
  await t.rejects(loadDriver(() => Promise.reject(new Error('not installed'))), { code: 'OPS_ERR_POSTGRES_DRIVER', message: /install it \(not installed\)/ })
})

t.test('a database that cannot be used is said at the start, without the password', async (t) => {
  const refused = (url: string, message: RegExp, options: Partial<PostgresStoreOptions> = {}): Promise<unknown> => t.rejects(postgresStore({ url, ...options }), { code: 'OPS_ERR_POSTGRES_DATABASE', message }, String(message))
  await refused('postgres://someone:secret@127.0.0.1:1/none', /^(?!.*secret).*127\.0\.0\.1:1\/none cannot be used: .*ECONNREFUSED/)
  await refused(server.url.replace(/[^/]*$/, 'nowhere'), /"nowhere" does not exist/)
  await refused(await server.makeDatabase(), /no collation nonsense/, { caseCollation: 'nonsense' })

  await server.query("CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0")
  await refused(server.url.replace(/[^/]*$/, 'ascii'), /SQL_ASCII, not UTF8/)

  const newer = await server.makeDatabase()
  await (await postgresStore({ url: newer })).close()
  await server.query('UPDATE graph_operations.about SET format = 99', [], newer)
  await refused(newer, /newer version of this package \(format 99, this one knows 2\)/)

  const foreign = await server.makeDatabase()
  await server.query('CREATE SCHEMA graph_operations; CREATE TABLE graph_operations.operations (id int)', [], foreign)
  await refused(foreign, /"operations" already exists/)
  t.strictSame(await server.query("SELECT tablename FROM pg_tables WHERE schemaname = 'graph_operations'", [], foreign), [{ tablename: 'operations' }], 'and nothing is left')
})

t.test('a schema that an administrator made is filled', async (t) => {
  const url = await server.makeDatabase()
  await server.query('CREATE SCHEMA tasks', [], url)
  const store = await open(t, url, { schema: 'tasks' })
  await commit(store, insert('a'))
  t.strictSame(await server.query('SELECT id FROM tasks.operations', [], url), [{ id: 'a' }])
})

for (const isolation of ['read committed', 'serializable']) {
  t.test(`ten processes may start at the same moment, where transactions are ${isolation}`, async (t) => {
    const url = await server.makeDatabase()
    await server.query(`ALTER DATABASE ${url.split('/').at(-1)} SET default_transaction_isolation = '${isolation}'`, [], url)
    const stores = await Promise.all(Array.from({ length: 10 }, async () => await open(t, url, { maxConnections: 2 })))
    t.equal(new Set(stores.map(({ secret }) => secret)).size, 1)
    await Promise.all(stores.map(async (store, n) => await commit(store, insert(`id-${n}`))))
    t.equal((await readChanges(stores[0]!)).changes.length, 10)
  })
}

t.test('acknowledged is on disk: synchronous_commit is on for every connection', async (t) => {
  const url = await server.makeDatabase()
  await server.query(`ALTER DATABASE ${url.split('/').at(-1)} SET synchronous_commit = off`, [], url)
  await t.rejects(postgresStore({ url: `${url}?pgbouncer=true` }), { code: 'OPS_ERR_POSTGRES_DATABASE', message: /synchronous_commit is off/ }, 'a pooler\'s connections cannot be set')
  const store = await open(t, url)
  await server.query(`
    CREATE FUNCTION note () RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.type := current_setting(''synchronous_commit''); RETURN NEW; END';
    CREATE TRIGGER note BEFORE INSERT ON graph_operations.operations FOR EACH ROW EXECUTE FUNCTION note ()`, [], url)
  await commit(store, insert('a'))
  t.equal((await store.find({ ...calls, id: 'a' }))?.type, 'on')
  await server.query(`ALTER DATABASE ${url.split('/').at(-1)} SET synchronous_commit = 'local'`, [], url)
  await t.rejects(postgresStore({ url: `${url}?pgbouncer=true` }), { code: 'OPS_ERR_POSTGRES_DATABASE', message: /synchronous_commit is local/ })
  for (const [value, kept] of [['local', 'on'], ['remote_apply', 'remote_apply'], ['on', 'on']]) {
    await server.query(`ALTER DATABASE ${url.split('/').at(-1)} SET synchronous_commit = '${value}'`, [], url)
    const another = await open(t, url)
    // what is set for the server meanwhile reaches connections that said nothing
    await server.query('ALTER SYSTEM SET synchronous_commit = off')
    await server.query('SELECT pg_reload_conf()')
    await commit(another, insert(`of ${value}`))
    t.equal((await another.find({ ...calls, id: `of ${value}` }))?.type, kept)
    await server.query('ALTER SYSTEM RESET synchronous_commit')
    await server.query('SELECT pg_reload_conf()')
  }
})

t.test('a standby is no place to read or write', async (t) => {
  const { standby } = await startPair(t)
  await t.rejects(postgresStore({ url: standby.url }), { code: 'OPS_ERR_POSTGRES_DATABASE', message: /it is a standby/ })
})

t.test('connections to a server that takes no writes any more are given up', async (t) => {
  const own = await startPostgres(t)
  const store = await open(t, own.url)
  await commit(store, insert('a'))
  const isMine = "application_name = 'fastify-graph-operations'"
  const listMine = async (): Promise<number[]> => (await own.query(`SELECT pid FROM pg_stat_activity WHERE ${isMine}`)).map(({ pid }) => pid)
  const before = await listMine()
  // as when it became a standby and keeps its clients: the connections that are there hear of it too
  const setReadOnly = async (value: string): Promise<void> => {
    await own.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`)
    await own.query('SELECT pg_reload_conf()')
    while ((await own.query('SHOW default_transaction_read_only'))[0].default_transaction_read_only !== value) await delay(10)
  }
  await setReadOnly('on')
  const outcomes = await Promise.allSettled([commit(store, insert('b')), commit(store, insert('c'), insert('d')), ...Array.from({ length: 20 }, async (_, n) => await store.commit({ tenant: 't', owner: `calls/${n}` }, [insert('e')]))])
  t.ok(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason instanceof StoreUnavailableError))
  while ((await listMine()).some((pid) => before.includes(pid))) await delay(10)
  t.match(await store.find({ ...calls, id: 'a' }), { id: 'a' }, 'reads go on')
  await t.rejects(async () => await store.check?.(), StoreUnavailableError, 'and it says so before anybody writes')
  await own.query('ALTER SYSTEM RESET default_transaction_read_only')
  await own.query('SELECT pg_reload_conf()')
  for (;;) {
    // asking is enough for the connections to be given up
    const [outcome] = await Promise.allSettled([store.check?.()])
    if (outcome?.status === 'fulfilled') break
    t.ok(outcome?.reason instanceof StoreUnavailableError)
    await delay(10)
  }
  await commit(store, insert('b'))
  t.strictSame(await idsOf(store), ['a', 'b'])
})

t.test('while the server is away everything is unavailable, and works when it is back', async (t) => {
  const own = await startPostgres(t)
  const store = await open(t, own.url)
  const version = await getVersion(store, insert('a'))
  // connections of both kinds are open
  await Promise.all(Array.from({ length: 20 }, async () => await Promise.all([store.find({ ...calls, id: 'a' }), store.count(calls)])))
  for (const mode of ['fast', 'immediate'] as const) {
    await own.stop(mode)
    for (let round = 0; round < 2; round += 1) {
      await t.rejects(store.find({ ...calls, id: 'a' }) as Promise<unknown>, StoreUnavailableError)
      await t.rejects(idsOf(store), StoreUnavailableError)
      await t.rejects(store.count(calls) as Promise<unknown>, StoreUnavailableError)
      await t.rejects(store.changes(calls, undefined, 1) as Promise<unknown>, StoreUnavailableError)
      await t.rejects(commit(store, insert('b')), StoreUnavailableError)
      await t.rejects(commit(store, insert('b'), insert('c')), StoreUnavailableError)
    }
    await own.start()
    t.match(await store.find({ ...calls, id: 'a' }), { version })
    t.strictSame(await idsOf(store), ['a'])
    t.strictSame(await commit(store, insert('a')), { committed: false, index: 0, reason: 'exists' })
  }
})

t.test('a read whose connection is lost is sent again', async (t) => {
  const url = await server.makeDatabase()
  const proxy = await startProxy(t, url)
  const store = await open(t, proxy.url)
  await commit(store, insert('a'))
  for (const read of [async () => (await store.find({ ...calls, id: 'a' }))?.id, async () => (await idsOf(store))[0]]) {
    const cut = proxy.cutBefore(/FROM graph_operations.operations/)
    t.equal(await read(), 'a')
    await cut
  }
})

t.test('a write whose answer is lost is neither acknowledged nor made twice', async (t) => {
  const url = await server.makeDatabase()
  const proxy = await startProxy(t, url)
  const store = await open(t, proxy.url)
  const version = await getVersion(store, insert('a'))
  const lost: ReadonlyArray<readonly Change[]> = [[replace('a', version)], [insert('b')], [insert('c'), insert('d')], [{ kind: 'remove', id: 'b' }]]
  for (const changes of lost) {
    const cut = proxy.cutAfterCommit()
    await t.rejects(commit(store, ...changes), OutcomeUnknownError)
    await cut
  }
  t.strictSame((await readChanges(store)).changes.map(({ kind, id }) => `${kind} ${id}`), ['inserted a', 'replaced a', 'inserted b', 'inserted c', 'inserted d', 'removed b'], 'each once')

  const before = await readChanges(store)
  const cut = proxy.cutBefore()
  await t.rejects(commit(store, insert('e')), OutcomeUnknownError, 'it may have arrived')
  await cut
  const again = proxy.cutBefore()
  await t.rejects(commit(store, insert('e'), insert('f')), StoreUnavailableError, 'there was no COMMIT')
  await again
  t.strictSame(await readChanges(store), before)
  t.match(await commit(store, insert('e')), { committed: true })
})

t.test('what others\' work undid is sent again', async (t) => {
  const url = await server.makeDatabase()
  const store = await open(t, url, { retryMillis: 300 })
  await server.query(`
    CREATE SEQUENCE graph_operations.tries;
    CREATE FUNCTION fail () RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.id LIKE 'always%' OR nextval('graph_operations.tries') % 3 <> 0 THEN
          RAISE EXCEPTION 'undone' USING ERRCODE = CASE WHEN NEW.id LIKE '%deadlock' THEN '40P01' ELSE '40001' END;
        END IF;
        RETURN NEW;
      END $$;
    CREATE TRIGGER fail BEFORE INSERT ON graph_operations.operations FOR EACH ROW EXECUTE FUNCTION fail ()`, [], url)
  t.match(await commit(store, insert('serialization')), { committed: true })
  t.match(await commit(store, insert('deadlock')), { committed: true })
  t.match(await commit(store, insert('one'), { kind: 'remove', id: 'one' }), { committed: true })
  await t.rejects(commit(store, insert('always')), StoreUnavailableError, 'and not for ever')
  await t.rejects(commit(store, insert('always-deadlock'), insert('b')), StoreUnavailableError)
  t.strictSame(await idsOf(store), ['deadlock', 'serialization'])
  t.strictSame((await readChanges(store)).changes.map(({ id }) => id), ['serialization', 'deadlock', 'one', 'one'], 'made once')
})

t.test('a full disk and an error of the database are what they are', async (t) => {
  const url = await server.makeDatabase()
  const store = await open(t, url, { retryMillis: 200 })
  await server.query(`
    CREATE FUNCTION fail () RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        CASE NEW.id WHEN 'full' THEN RAISE EXCEPTION 'no space' USING ERRCODE = '53100';
                    WHEN 'wrong' THEN RAISE EXCEPTION 'wrong' USING ERRCODE = '23514';
                    WHEN 'slow' THEN PERFORM pg_sleep(60);
                    WHEN 'away' THEN RAISE EXCEPTION 'away' USING ERRCODE = '57014';
                    WHEN 'left-out' THEN RETURN NULL;
                    ELSE NULL; END CASE;
        RETURN NEW;
      END $$;
    CREATE TRIGGER fail BEFORE INSERT ON graph_operations.operations FOR EACH ROW EXECUTE FUNCTION fail ()`, [], url)
  await t.rejects(commit(store, insert('full')), StoreFullError)
  await t.rejects(commit(store, insert('a'), insert('full')), StoreFullError)
  await t.rejects(commit(store, insert('wrong')), { code: '23514' })
  await t.rejects(commit(store, insert('a'), insert('wrong')), { code: '23514' })
  await t.rejects(commit(store, insert('away')), StoreUnavailableError)
  await t.rejects(commit(store, insert('left-out')), StoreUnavailableError, 'it is not sent again for ever')
  await t.rejects(commit(store, insert('a'), insert('left-out')), { name: 'StoreUnavailableError', message: /leaves out a change/ })
  t.strictSame(await idsOf(store), [])
  t.strictSame((await readChanges(store)).changes, [])

  const impatient = await open(t, url, { statementTimeoutMillis: 100 })
  await t.rejects(commit(impatient, insert('slow')), StoreUnavailableError)
  t.strictSame(await idsOf(impatient), [])
  t.match(await commit(impatient, insert('a')), { committed: true })
})

/** While `use` runs, the next query of this text anywhere in the process is another one. */
async function withQuery (text: string, instead: string, use: () => Promise<void>): Promise<void> {
  const query = Reflect.get(pg.Client.prototype, 'query') as (this: pg.Client, ...parameters: unknown[]) => unknown
  const replace = function (this: pg.Client, config: pg.QueryConfig, ...rest: unknown[]): unknown {
    if (config.text !== text) return Reflect.apply(query, this, [config, ...rest])
    pg.Client.prototype.query = query as typeof pg.Client.prototype.query
    return Reflect.apply(query, this, [{ ...config, text: instead }, ...rest])
  }
  pg.Client.prototype.query = replace as typeof pg.Client.prototype.query
  await use()
  pg.Client.prototype.query = query as typeof pg.Client.prototype.query
}

t.test('a transaction that did not begin, or was not rolled back', async (t) => {
  const store = await open(t, await server.makeDatabase(), { maxConnections: 2 })
  await commit(store, insert('zero'))
  const cancelled = "DO $$ BEGIN RAISE EXCEPTION 'cancelled' USING ERRCODE = '57014'; END $$"
  await withQuery('BEGIN', cancelled, async () => {
    await t.rejects(commit(store, insert('a'), insert('b'), insert('c')), StoreUnavailableError)
  })
  await withQuery('BEGIN', cancelled, async () => {
    const outcomes = await Promise.allSettled(['e', 'f', 'g'].map(async (id) => await commit(store, insert(id))))
    t.ok(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason instanceof StoreUnavailableError))
  })
  t.strictSame((await readChanges(store)).changes.map(({ id }) => id), ['zero'], 'nothing that was said not to be stored is')

  await withQuery('ROLLBACK', cancelled, async () => {
    await t.rejects(commit(store, insert('h'), { kind: 'insert', record: { ...toRecord('bad'), status: 'none' as unknown as number } }), StoreUnavailableError)
  })
  t.strictSame(await idsOf(store), ['zero'], 'nobody gets the connection')
  t.match(await commit(store, insert('i'), insert('j')), { committed: true })
})

t.test('what a server says is told by its code, whatever language it speaks', async (t) => {
  for (const [severity, code, isSo] of [
    ['ERROR', '40001', true], ['FEHLER', '40001', true], ['ERREUR', '25006', true], ['FEHLER', '57014', true], ['ERROR', 'XX000', true],
    ['FATAL', '57P01', false], ['PANIC', 'XX000', false], ['PANIK', 'XX000', false], ['FATALE', '57P01', false], ['FATALE', '25P03', false], [undefined, 'EPIPE', false], [undefined, 'ECONNRESET', false]
  ] as const) t.equal(isUndone(Object.assign(new Error('x'), { severity, code })), isSo, `${severity} ${code}`)
})

t.test('whoever migrates takes its time, and whoever starts meanwhile waits for it', async (t) => {
  const url = await server.makeDatabase()
  const other = new pg.Client(url)
  await other.connect()
  t.teardown(async () => { await other.end() })
  await other.query("BEGIN; SELECT pg_advisory_xact_lock(hashtext('fastify-graph-operations'), hashtext('graph_operations'))")
  const opening = open(t, url, { statementTimeoutMillis: 100 })
  // longer than the server's timeout, and the client's a second later
  await delay(1_500)
  await other.query('COMMIT')
  t.match(await commit(await opening, insert('a')), { committed: true })

  // a migration that waits for a table has requests wait behind it
  await other.query('UPDATE graph_operations.about SET format = 1')
  await other.query('BEGIN; LOCK TABLE graph_operations.operations IN ACCESS SHARE MODE')
  await t.rejects(postgresStore({ url, statementTimeoutMillis: 100 }), { code: 'OPS_ERR_POSTGRES_DATABASE', message: /lock timeout/ })
  await other.query('COMMIT')
  t.match(await commit(await open(t, url, { statementTimeoutMillis: 100 }), insert('b')), { committed: true })
})

t.test('statements that meet a lock on fresh connections are unavailable, all of them', async (t) => {
  const url = await server.makeDatabase()
  await commit(await open(t, url), insert('a'))
  const store = await open(t, url, { statementTimeoutMillis: 300, retryMillis: 1_000 })
  const other = new pg.Client(url)
  await other.connect()
  t.teardown(async () => { await other.end() })
  await other.query('BEGIN; LOCK TABLE graph_operations.operations')
  const outcomes = await Promise.allSettled(Array.from({ length: 4 }, (_, n): Array<Promise<unknown>> => [Promise.resolve(store.find({ ...calls, id: 'a' })), Promise.resolve(store.commit({ ...calls, owner: `calls/${n}` }, [insert('b')]))]).flat())
  t.strictSame(outcomes.map((outcome) => outcome.status === 'rejected' ? (outcome.reason as Error).name : 'none'), Array.from({ length: 8 }, () => 'StoreUnavailableError'))
  await other.query('ROLLBACK')
  t.match(await store.find({ ...calls, id: 'a' }), { id: 'a' })
})

t.test('who finds all connections busy does not wait behind a lock', async (t) => {
  const url = await server.makeDatabase()
  const store = await open(t, url)
  const busy = { tenant: 't', owner: 'calls/busy' }
  for (const collection of [calls, busy]) await store.commit(collection, [insert('a')])
  const other = new pg.Client(url)
  await other.connect()
  t.teardown(async () => { await other.end() })
  await other.query("BEGIN; UPDATE graph_operations.collections SET sequence = sequence WHERE owner = 'calls/busy'")
  let isWritten = false
  const written = Promise.resolve(store.commit(busy, [insert('b')])).then(() => { isWritten = true })
  while ((await server.query('SELECT 1 FROM pg_locks WHERE NOT granted')).length === 0) await delay(5)
  for (let n = 0; n < 20; n += 1) await store.find({ ...calls, id: 'a' })
  t.match(await commit(store, insert('c')), { committed: true })
  t.notOk(isWritten)
  await other.query('COMMIT')
  await written
})

t.test('commits of several changes do not wait for one another while the database is silent', async (t) => {
  const proxy = await startProxy(t, await server.makeDatabase())
  const store = await open(t, proxy.url, { statementTimeoutMillis: 200, connectionTimeoutMillis: 500, retryMillis: 500 })
  await commit(store, insert('zero'), insert('one'))
  proxy.hold()
  const start = performance.now()
  const times = await Promise.all(Array.from({ length: 20 }, async (_, n) => {
    await t.rejects(commit(store, insert(`a${n}`), insert(`b${n}`)), StoreUnavailableError)
    return performance.now() - start
  }))
  t.ok(Math.max(...times) < 5 * Math.min(...times), `after ${times.map(Math.round).join(', ')} ms`)
  proxy.release()
  t.match(await commit(store, insert('two')), { committed: true })
})

t.test('operations that are asked for together are found together, each for those who asked', async (t) => {
  const store = await open(t, await server.makeDatabase())
  const ids = Array.from({ length: 300 }, (_, n) => `id-${n}`)
  await commit(store, ...ids.map((id) => insert(id)))
  const find = async (id: string, collection = calls): Promise<string | undefined> => (await store.find({ ...collection, id }))?.id
  t.strictSame(await Promise.all(ids.map(async (id) => await find(id))), ids)
  t.strictSame(await Promise.all([find('id-1'), find('id-1'), find('nothing'), find('id-1', { tenant: 't', owner: 'calls/2' })]), ['id-1', 'id-1', undefined, undefined])
  const [good, bad, other] = await Promise.allSettled([find('id-1'), find('a\0b'), find('id-2')])
  t.match([good, other], [{ value: 'id-1' }, { value: 'id-2' }], 'an id that the database refuses')
  t.match(bad, { status: 'rejected' })
})

t.test('who asks for the same list at the same time has the same answer, or the same error', async (t) => {
  const url = await server.makeDatabase()
  const store = await open(t, url, { statementTimeoutMillis: 200 })
  await commit(store, insert('a'), insert('b'))
  const list = async (collection = calls): Promise<readonly OperationRecord[]> => await store.list(collection, everything, { limit: 10, skip: 0 })
  const listFiveTimes = async (): Promise<Array<PromiseSettledResult<readonly OperationRecord[]>>> => await Promise.allSettled(Array.from({ length: 5 }, async () => await list()))
  const valueOf = (result?: PromiseSettledResult<readonly OperationRecord[]>): unknown => result?.status === 'fulfilled' ? result.value : result?.reason
  const answers = (await listFiveTimes()).map(valueOf)
  t.match(answers[0], [{ id: 'a' }, { id: 'b' }])
  t.ok(answers.every((answer) => answer === answers[0]), 'one answer')
  t.throws(() => { (answers[0] as unknown[]).pop() }, TypeError, 'which nobody can change for the others')
  t.not(await list(), answers[0], 'and which is not kept')

  const other = new pg.Client(url)
  await other.connect()
  t.teardown(async () => { await other.end() })
  await other.query('BEGIN; LOCK TABLE graph_operations.operations')
  const [error, ...errors] = (await listFiveTimes()).map(valueOf)
  t.type(error, StoreUnavailableError)
  t.ok(errors.every((one) => one === error))
  await other.query('COMMIT')
  t.match(await list(), [{ id: 'a' }, { id: 'b' }], 'which is not kept either')
})

t.test('lists of any length have every record as it was stored, in order', async (t) => {
  const store = await open(t, await server.makeDatabase())
  const label = 'Ünïcödé 😀 \u2028 "\\" \u0001\u001e\u001f\n'
  const records = Array.from({ length: 300 }, (_, n): NewRecord => ({
    id: `id-${n}`, type: `type-${n % 3}`, created: new Date(Date.UTC(2026, 0, 1) + n).toISOString().replace('Z', '0000Z'), lastAction: n % 2 === 0 ? '' : '2026-01-01T00:00:00.0000000Z', status: n % 5 - 1, text: JSON.stringify({ label, n }, undefined, n % 4)
  }))
  const outcome = await commit(store, ...records.map((record): Change => ({ kind: 'insert', record })))
  const stored = outcome.committed ? outcome.records.map((record) => ({ ...record })) : []
  const plain = (found: ReadonlyArray<OperationRecord | undefined>): unknown[] => found.map((record) => ({ ...record }))
  for (const limit of [1, 127, 128, 129, 299, 1_000]) {
    for (const skip of [0, 1, 299, 300]) t.strictSame(plain(await store.list(calls, everything, { limit, skip })), stored.slice(skip, skip + limit), `${limit} after ${skip}`)
  }
  t.strictSame(plain(await Promise.all(records.map(async ({ id }) => await store.find({ ...calls, id })))), stored)
  t.equal((await store.find({ ...calls, id: 'id-7' }))?.value['label'], label)
})

t.test('many changes at once are made as they are, whatever is in them and however large they are', async (t) => {
  const store = await open(t, await server.makeDatabase())
  const large = 'x'.repeat(600_000)
  const records = [
    ...Array.from({ length: 300 }, (_, n) => toRecord(`id-${n}`)),
    ...Array.from({ length: 5 }, (_, n) => ({ ...toRecord(`large-${n}`), text: JSON.stringify({ n, large }) })),
    ...['a,{}"\\b', '{"a"}', "'", 'NULL', ' '].map((id) => toRecord(id, JSON.stringify({ id }))),
    { ...toRecord('status'), status: 2 ** 31 }
  ]
  const read = async (): Promise<unknown[]> => await Promise.all(records.map(async ({ id }) => ({ ...await store.find({ ...calls, id }) })))
  const makeAll = async (changes: readonly Change[]): Promise<OperationRecord[]> => {
    const outcome = await commit(store, ...changes)
    if (!outcome.committed) throw new Error('not committed')
    return outcome.records as OperationRecord[]
  }
  const inserted = await makeAll(records.map((record): Change => ({ kind: 'insert', record })))
  t.strictSame(await read(), inserted.map((record) => ({ ...record })))
  t.match(inserted, records)

  const replaced = await makeAll(inserted.map(({ version, ...record }): Change => ({ kind: 'replace', record: { ...record, status: record.status + 1 }, expectedVersion: version })))
  t.strictSame(await read(), replaced.map((record) => ({ ...record })))
  t.strictSame(replaced.map(({ status }) => status), records.map(({ status }) => status + 1))

  const versionOf = (id: string): string => replaced.find((record) => record.id === id)!.version
  const outcomes = await Promise.all(['', '\u001e', `${versionOf('id-2')}\u001e`, versionOf('id-3'), versionOf('id-4'), versionOf('id-3')].map(async (expectedVersion, n) => (
    await commit(store, { kind: 'replace', record: toRecord(`id-${n}`, '{"again":true}'), expectedVersion }))))
  t.strictSame(outcomes.map(({ committed }) => committed), [false, false, false, true, true, false], 'an expected version is whatever a caller says')

  const changes = await store.changes(calls, undefined, 1_000)
  t.strictSame(changes.expired ? [] : changes.changes.map(({ id, kind }) => [id, kind]), [
    ...records.map(({ id }) => [id, 'inserted']), ...records.map(({ id }) => [id, 'replaced']), ['id-3', 'replaced'], ['id-4', 'replaced']
  ], 'in their order')
})

t.test('a write that is none fails alone', async (t) => {
  const store = await open(t, await server.makeDatabase())
  const outcomes = await Promise.allSettled([commit(store, insert('a')), commit(store, { kind: 'insert' } as unknown as Change), commit(store, insert('b'))])
  t.strictSame(outcomes.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])
  t.strictSame(await idsOf(store), ['a', 'b'])
})

t.test('one write that fails does not fail those beside it', async (t) => {
  const url = await server.makeDatabase()
  const store = await open(t, url)
  const bad = { ...toRecord('bad'), status: 'none' as unknown as number }
  const outcomes = await Promise.allSettled([commit(store, insert('a')), commit(store, { kind: 'insert', record: bad }), commit(store, insert('b'))])
  t.match(outcomes, [{ status: 'fulfilled', value: { committed: true } }, { status: 'rejected', reason: { code: '22P02' } }, { status: 'fulfilled', value: { committed: true } }])
  t.strictSame(await idsOf(store), ['a', 'b'])
})

t.test('a name of several addresses that all refuse has a reason', async (t) => {
  const stream = (): Socket => {
    const socket = new Socket()
    const connect = socket.connect.bind(socket)
    const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }))
    socket.connect = ((port: number) => connect({ port, host: 'database', autoSelectFamily: true, lookup: (_name, _options, done) => { done(null, addresses) } })) as typeof socket.connect
    return socket
  }
  await t.rejects(postgresStore({ url: 'postgres://x@database:1/x', connection: { stream } }), { code: 'OPS_ERR_POSTGRES_DATABASE', message: /ECONNREFUSED 127\.0\.0\.1:1$/ })
})

t.test('a server that does not answer is given up', async (t) => {
  const silent = createServer(() => undefined)
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.teardown(() => { silent.close() })
  const { port } = silent.address() as AddressInfo
  await t.rejects(postgresStore({ url: `postgres://x@127.0.0.1:${port}/x`, connectionTimeoutMillis: 100 }), { code: 'OPS_ERR_POSTGRES_DATABASE', message: /timeout/ })

  const url = await server.makeDatabase()
  const proxy = await startProxy(t, url)
  const store = await open(t, proxy.url, { statementTimeoutMillis: 200 })
  await commit(store, insert('a'))
  proxy.hold()
  await t.rejects(commit(store, insert('b')), OutcomeUnknownError)
  await t.rejects(store.find({ ...calls, id: 'a' }) as Promise<unknown>, StoreUnavailableError)
  proxy.release()
  t.strictSame(await idsOf(store), ['a', 'b'])
})

t.test('more callers than connections wait for their turn', async (t) => {
  const url = await server.makeDatabase()
  const store = await open(t, url, { maxConnections: 3 })
  await commit(store, insert('a'))
  const all = await Promise.all(Array.from({ length: 100 }, async (_, n) => await Promise.all([
    store.find({ ...calls, id: 'a' }), store.count(calls), store.commit({ tenant: 't', owner: `calls/many-${n}` }, [insert('x'), insert('y')])
  ])))
  t.ok(all.every(([found, count, outcome]) => found?.id === 'a' && count === 1 && outcome.committed))
  const [{ count }] = await server.query("SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'fastify-graph-operations' AND datname = $1", [url.split('/').at(-1)])
  t.equal(count, 3)
})

t.test('close waits for what was begun', async (t) => {
  const url = await server.makeDatabase()
  const store = await postgresStore({ url })
  const begun = Promise.all([commit(store, insert('a')), commit(store, insert('b'), insert('c')), store.find({ ...calls, id: 'z' }), store.count(calls)])
  const closing = store.close()
  await t.rejects(commit(store, insert('d')), StoreUnavailableError)
  await closing
  t.match(await begun, [{ committed: true }, { committed: true }, undefined, Number])
  await store.close()
  while ((await server.query('SELECT 1 FROM pg_stat_activity WHERE datname = $1', [url.split('/').at(-1)])).length > 0) await delay(20)
  t.strictSame(await idsOf(await open(t, url)), ['a', 'b', 'c'])
})
