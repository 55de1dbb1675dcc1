import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import type { Test } from 'tap'
import { memoryStore, postgresStore } from '../../index.js'
import type { Change, Collection, CommittedChange, NewRecord, OperationStore, PostgresStoreOptions } from '../../index.js'
import { storeConformance } from '../../storage/conformance.js'
import { startPostgres } from '../support/postgres.js'
import { dump, fill, idOf, makeMounts, missingId, observe, Recorder, tenantOf, urls } from '../support/tenants.js'

const calls: Collection = { tenant: 't', owner: 'calls/1' }
const toRecord = (id: string, count = 0): NewRecord => ({ id, type: 'x', created: '2026-01-01T00:00:00.0000000Z', lastAction: '', status: -1, text: JSON.stringify({ count }) })
const insert = (id: string): Change => ({ kind: 'insert', record: toRecord(id) })

async function open (t: Test, url: string, options: Partial<PostgresStoreOptions> = {}): Promise<OperationStore> {
  const store = await postgresStore({ url, ...options })
  t.teardown(async () => { await store.close() })
  return store
}

async function readChanges (store: OperationStore): Promise<readonly CommittedChange[]> {
  const page = await store.changes(calls, undefined, 10_000)
  if (page.expired) throw new Error('expired')
  return page.changes
}

/** How often a statement was undone, and why, by the server's log. */
const countErrors = (log: string, message: string): number => log.split(message).length - 1

const server = await startPostgres(t, { settings: { fsync: 'off', deadlock_timeout: '50ms' } })

// databases that others make of PostgreSQL have no weaker level than these, and refuse more
for (const level of ['repeatable read', 'serializable']) {
  t.test(`transactions that are ${level}`, async (t) => {
    const url = await server.makeDatabase()
    await server.query(`ALTER DATABASE ${url.split('/').at(-1)} SET default_transaction_isolation = '${level}'`)

    if (level === 'serializable') t.test('conforms', async (t) => {
      let schemas = 0
      storeConformance({
        test: (name, run) => t.test(name, async (t) => { await run(); t.pass('no assertion failed') }),
        makeStore: async () => await postgresStore({ url, schema: `store_${++schemas}` })
      })
    })

    t.test('instances that undo each other apply each change once', async (t) => {
      const stores: OperationStore[] = []
      while (stores.length < 3) stores.push(await open(t, url, { retryMillis: 60_000 }))
      const before = countErrors(server.log(), 'could not serialize access')
      let rounds = 0
      // until some were undone
      while (rounds < 10 || countErrors(server.log(), 'could not serialize access') === before) {
        await Promise.all(stores.map(async (store, number) => {
          const id = `${number}-${rounds}`
          t.match(await store.commit(calls, [insert(id)]), { committed: true })
          t.match(await store.commit(calls, [insert(`${id}-a`), insert(`${id}-b`), { kind: 'remove', id: `${id}-a` }]), { committed: true })
        }))
        rounds += 1
      }
      const changes = await readChanges(stores[0]!)
      t.equal(changes.length, stores.length * rounds * 4)
      t.equal(new Set(changes.map(({ kind, id }) => `${kind} ${id}`)).size, changes.length)
      t.equal(await stores[1]!.count(calls), stores.length * rounds * 2)
    })
  })
}

t.test('a deadlock with somebody else is broken, and the change is made once', async (t) => {
  const url = await server.makeDatabase()
  const store = await open(t, url)
  await store.commit(calls, [insert('a')])
  const other = new pg.Client(url)
  await other.connect()
  t.teardown(async () => { await other.end() })
  // the store holds the collection until the other one waits for it, and only then goes for the operation, which the other one holds
  await server.query(`
    CREATE SEQUENCE graph_operations.turns;
    CREATE FUNCTION wait () RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('graph_operations.turns') = 1 THEN
          WHILE NOT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted) LOOP PERFORM pg_sleep(0.005); END LOOP;
        END IF;
        RETURN NEW;
      END $$;
    CREATE TRIGGER wait BEFORE UPDATE ON graph_operations.collections FOR EACH ROW EXECUTE FUNCTION wait ()`, [], url)
  // the other one waits for as long as it takes, so that it is the store's statement that is undone
  await other.query("SET deadlock_timeout = '1h'; BEGIN; SELECT 1 FROM graph_operations.operations WHERE id = 'a' FOR UPDATE")
  const removed = store.commit(calls, [{ kind: 'remove', id: 'a' }])
  while (!(await server.query('SELECT is_called FROM graph_operations.turns', [], url))[0].is_called) await delay(5)
  await other.query('SELECT 1 FROM graph_operations.collections FOR UPDATE')
  await other.query('COMMIT')
  t.match(await removed, { committed: true })
  t.equal(countErrors(server.log(), 'deadlock detected'), 1)
  t.strictSame((await readChanges(store)).map(({ kind, id }) => `${kind} ${id}`), ['inserted a', 'removed a'])
})

t.test('another tenant\'s operation is looked for as a missing one', async (t) => {
  const recorder = new Recorder()
  const { query } = pg.Client.prototype as unknown as { query: (...parameters: unknown[]) => unknown }
  t.intercept(pg.Client.prototype, 'query', {
    value (this: pg.Client, ...parameters: unknown[]) {
      const [sent] = parameters as [string | { text: string, values?: unknown[] }]
      if (typeof sent === 'string') recorder.tell(sent, [])
      else recorder.tell(sent.text, sent.values ?? [])
      return query.apply(this, parameters)
    }
  })
  const store = await open(t, await server.makeDatabase())
  const [crowded, alone] = [await makeMounts(t, store), await makeMounts(t, memoryStore())]
  await fill(crowded, 8, 10)
  await fill(alone, 1, 10)
  const others = await dump(store, tenantOf(7))
  const [url, foreign] = [urls['calls/shared'], idOf(7, 1)]
  const etag = `W/"${(await store.find({ tenant: tenantOf(7), owner: 'calls/shared', id: foreign }))!.version}"`
  const found = await observe(crowded, recorder, tenantOf(0), url, foreign, etag)
  t.strictSame(found, await observe(crowded, recorder, tenantOf(0), url, missingId, etag))
  t.strictSame(found.map(({ seen }) => seen), (await observe(alone, recorder, tenantOf(0), url, foreign, etag)).map(({ seen }) => seen), 'as if it were alone')
  for (const part of ['AND id = $3 ["', 'done AS (INSERT', 'done AS (DELETE', 'LIMIT']) t.ok(found.some(({ asked }) => asked.some((line) => line.includes(part))), `statements are told: ${part}`)
  t.strictSame(await dump(store, tenantOf(7)), others)
})
