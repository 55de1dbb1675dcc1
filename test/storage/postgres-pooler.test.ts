import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { postgresStore } from '../../index.js'
import type { Change, Collection, CommittedChange, OperationStore } from '../../index.js'
import { storeConformance } from '../../storage/conformance.js'
import { noPgBouncer, startPgBouncer } from '../support/pgbouncer.js'
import { startPostgres } from '../support/postgres.js'

const toRecord = (id: string, count: number): Extract<Change, { kind: 'insert' }>['record'] => ({ id, type: 'x', created: '2026-01-01T00:00:00.0000000Z', lastAction: '', status: -1, text: JSON.stringify({ count }) })

/** Adds one to the count of an operation, as often as others are quicker. */
async function increment (store: OperationStore, collection: Collection, id: string): Promise<void> {
  for (;;) {
    const found = await store.find({ ...collection, id })
    const change: Change = found === undefined
      ? { kind: 'insert', record: toRecord(id, 1) }
      : { kind: 'replace', record: toRecord(id, Number(found.value['count']) + 1), expectedVersion: found.version }
    if ((await store.commit(collection, [change])).committed) return
  }
}

async function readChanges (store: OperationStore, collection: Collection): Promise<readonly CommittedChange[]> {
  const page = await store.changes(collection, undefined, 10_000)
  if (page.expired) throw new Error('expired')
  return page.changes
}

t.test('PgBouncer in transaction mode', { skip: noPgBouncer }, async (t) => {
  const server = await startPostgres(t)
  const url = await server.makeDatabase()
  // what a role is set to reaches every connection of the pooler; the settings of one connection do not
  await server.query("ALTER ROLE postgres SET statement_timeout = '10s'")
  // how long it does not try again to reach a server that was away: 15 s unless it is said
  const pooler = await startPgBouncer(t, url, { poolSize: 3, settings: { server_login_retry: '0.5' } })
  const pooled = `${pooler.url}?pgbouncer=true`

  t.test('conforms', async (t) => {
    let schemas = 0
    const slow = 'what a read may scan does not depend on what is between the store and the server'
    storeConformance({
      test: (name, run) => t.test(name, async (t) => { await run(); t.pass('no assertion failed') }),
      makeStore: async () => await postgresStore({ url: pooled, schema: `store_${++schemas}` }),
      skip: { 'limits: what no index serves is read up to 10,000 records': slow, 'limits: a long filter is checked of fewer records': slow }
    })
  })

  t.test('without the option the start says why it fails', async (t) => {
    await t.rejects(postgresStore({ url: pooler.url }), { code: 'OPS_ERR_POSTGRES_DATABASE', message: /unsupported startup parameter/ })
  })

  t.test('four instances with more connections than the pooler has lose nothing', async (t) => {
    const stores = await Promise.all(Array.from({ length: 4 }, async () => await postgresStore({ url: pooled })))
    t.teardown(async () => { await Promise.all(stores.map(async (store) => await store.close())) })
    const collections = ['calls/1', 'calls/2'].map((owner) => ({ tenant: 't', owner }))
    const [rounds, writers] = [5, 4]
    await Promise.all(stores.flatMap((store) => collections.flatMap((collection) => Array.from({ length: writers }, async (_, writer) => {
      for (let round = 0; round < rounds; round += 1) {
        await increment(store, collection, 'hot')
        await increment(store, collection, `cold-${writer}`)
        await store.commit(collection, [{ kind: 'insert', record: toRecord(`one-${round}`, 0) }, { kind: 'remove', id: `one-${round}` }])
      }
    }))))
    for (const collection of collections) {
      t.equal((await stores[0]!.find({ ...collection, id: 'hot' }))?.value['count'], stores.length * writers * rounds)
      for (let writer = 0; writer < writers; writer += 1) t.equal((await stores[1]!.find({ ...collection, id: `cold-${writer}` }))?.value['count'], stores.length * rounds)
      const changes = await readChanges(stores[2]!, collection)
      t.equal(changes.filter(({ id }) => id === 'hot').length, stores.length * writers * rounds, 'each once in the history')
      t.equal(changes.filter(({ id }) => id.startsWith('one-')).length % 2, 0, 'a transaction as a whole')
    }
    const [{ connections }] = await server.query('SELECT count(*)::int AS connections FROM pg_stat_activity WHERE datname = $1', [url.split('/').at(-1)])
    t.ok(connections <= 3, `${connections} connections`)
  })

  t.test('a server that restarts behind the pooler', async (t) => {
    const store = await postgresStore({ url: pooled })
    t.teardown(async () => { await store.close() })
    const collection = { tenant: 't', owner: 'calls/restart' }
    const acknowledged: string[] = []
    const errors = new Set<string>()
    let isOver = false
    const writing = (async () => {
      for (let number = 0; !isOver || acknowledged.at(-1) !== `operation-${number - 1}`; number += 1) {
        const id = `operation-${number}`
        try {
          await store.commit(collection, [{ kind: 'insert', record: toRecord(id, 0) }])
          acknowledged.push(id)
        } catch (error) {
          errors.add((error as Error).name)
        }
      }
    })()
    while (acknowledged.length < 20) await delay(5)
    await server.restart('immediate')
    isOver = true
    await writing
    t.strictSame([...errors].filter((name) => !['StoreUnavailableError', 'OutcomeUnknownError'].includes(name)), [])
    const kept = new Set((await store.list(collection, { orderBy: [] }, { limit: 100_000, skip: 0 })).map(({ id }) => id))
    t.strictSame(acknowledged.filter((id) => !kept.has(id)), [], 'what was acknowledged is there')
  })
})
