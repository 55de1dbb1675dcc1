import { randomUUID } from 'node:crypto'
import pg from 'pg'
import t from 'tap'
import type { Test } from 'tap'
import { postgresStore } from '../../index.js'
import type { Change, Collection, Expression, Member, NewRecord, OperationStore, PostgresStoreOptions } from '../../index.js'
import { storeConformance } from '../../storage/conformance.js'
import { collectionTables, findKind, statementKinds, toLine } from '../support/postgres-statements.js'
import { startPostgres } from '../support/postgres.js'

async function connect (t: Test, url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  await client.connect()
  t.teardown(async () => { await client.end() })
  return client
}

const nameOf = (url: string): string => url.split('/').at(-1)!

/** A statement that the front was sent, and the databases that it asked. */
interface Asked {
  readonly sql: string
  readonly databases: Set<string>
}

/**
 * Reads a log in which every line that begins a statement begins with `database|process|application|`. The front is
 * a client of the others, and calls itself by the id of its process that asks them. It may connect and begin there
 * before it notes the statement that this is for, so beginning counts with what follows it.
 */
function readAsked (log: string, front: string): Asked[] {
  const asked: Asked[] = []
  const last = new Map<string, Asked>()
  const begun = new Map<string, string[]>()
  // a line that goes on with a statement begins with a tab
  for (const line of log.replaceAll('\n\t', ' ').split('\n')) {
    const [, database = '', process = '', application = '', sql] = /^([^|]*)\|(\d+)\|([^|]*)\|LOG: {2}(?:statement|execute [^:]*): (.*)$/.exec(line) as string[] | null ?? []
    if (sql === undefined) continue
    if (database === front) {
      const one = { sql: toLine(sql), databases: new Set<string>() }
      last.set(process, one)
      asked.push(one)
    } else if (/^(?:SET|START TRANSACTION) /.test(sql)) begun.set(application, [...begun.get(application) ?? [], database])
    else {
      for (const each of [...begun.get(application) ?? [], database]) last.get(application)?.databases.add(each)
      begun.delete(application)
    }
  }
  return asked
}

/** What a table may be divided by; a store's schema says which it is. */
const divisions = { by_tenant: 'tenant', by_collection: 'tenant, owner' } as const
type Division = keyof typeof divisions

t.test('tables divided among three servers', async (t) => {
  const server = await startPostgres(t, {
    settings: { fsync: 'off', log_statement: 'all', log_line_prefix: '%d|%p|%a|', log_parameter_max_length: '0', shared_preload_libraries: 'postgres_fdw', 'postgres_fdw.application_name': '%p' }
  })
  const front = await server.makeDatabase()
  const parts: string[] = []
  for (let number = 0; number < 3; number += 1) parts.push(await server.makeDatabase())
  const [client, ...partClients] = await Promise.all([front, ...parts].map(async (url) => await connect(t, url))) as [pg.Client, ...pg.Client[]]

  // what the store's migrations make is what each server has
  await Promise.all([front, ...parts].map(async (url) => await (await postgresStore({ url, schema: 'template' })).close()))
  await client.query('CREATE EXTENSION postgres_fdw')
  for (const [number, url] of parts.entries()) {
    await client.query(`
      CREATE SERVER part_${number} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${server.port}', dbname '${nameOf(url)}');
      CREATE USER MAPPING FOR postgres SERVER part_${number} OPTIONS (user 'postgres')`)
  }

  const open = async (division: Division, options: Partial<PostgresStoreOptions> = {}): Promise<OperationStore> => {
    const schema = `${division}_${randomUUID().replaceAll('-', '')}`
    await Promise.all(partClients.map(async (part) => await part.query(`CREATE SCHEMA ${schema}; ${collectionTables.map((table) => `CREATE TABLE ${schema}.${table} (LIKE template.${table} INCLUDING ALL)`).join(';')}`)))
    await client.query(`
      CREATE SCHEMA ${schema};
      CREATE TABLE ${schema}.about AS SELECT format, md5(random()::text) AS mark, sha512(random()::text::bytea)::text AS secret FROM template.about;
      ${collectionTables.map((table) => `CREATE TABLE ${schema}.${table} (LIKE template.${table}) PARTITION BY HASH (${divisions[division]});
        ${parts.map((_, number) => `CREATE FOREIGN TABLE ${schema}.${table}_${number} PARTITION OF ${schema}.${table}
          FOR VALUES WITH (MODULUS 3, REMAINDER ${number}) SERVER part_${number} OPTIONS (schema_name '${schema}', table_name '${table}')`).join(';')}`).join(';')}`)
    return await postgresStore({ url: front, schema, ...options })
  }

  t.test('conform', async (t) => {
    let stores = 0
    const slow = 'its thousands of records are written one by one through two servers; what it holds does not depend on where the records are'
    storeConformance({
      test: (name, run) => t.test(name, async (t) => { await run(); t.pass('no assertion failed') }),
      makeStore: async () => await open(++stores % 2 === 0 ? 'by_tenant' : 'by_collection'),
      skip: { 'commit: a thousand changes, all or nothing': slow, 'limits: what no index serves is read up to 10,000 records': slow, 'limits: a long filter is checked of fewer records': slow }
    })
  })

  for (const division of Object.keys(divisions) as Division[]) {
    t.test(`each statement asks one server where tables are divided ${division}`, async (t) => {
      const store = await open(division, { keptChanges: 1, maxConnections: 2 })
      t.teardown(async () => { await store.close() })
      const collection: Collection = { tenant: 't', owner: 'calls/1' }
      const toRecord = (id: string): NewRecord => ({ id, type: 'x', created: '2026-01-01T00:00:00.0000000Z', lastAction: '', status: -1, text: '{}' })
      const insert = (id: string): Change => ({ kind: 'insert', record: toRecord(id) })
      const getVersion = async (id: string): Promise<string> => (await store.find({ ...collection, id }))!.version
      const replace = async (id: string): Promise<Change> => ({ kind: 'replace', record: toRecord(id), expectedVersion: await getVersion(id) })
      // more often than a connection needs to keep a plan that is good for any collection
      for (let round = 0; round < 10; round += 1) {
        t.match(await store.commit(collection, [insert('a')]), { committed: true })
        t.match(await Promise.all(['a', 'b'].map(async (id) => await store.find({ ...collection, id }))), [{ id: 'a' }, undefined])
        t.match(await store.commit(collection, [await replace('a')]), { committed: true })
        t.match(await store.commit(collection, [insert('b'), await replace('a'), { kind: 'remove', id: 'b' }]), { committed: true })
        t.match(await store.commit(collection, [insert('b'), insert('c'), { kind: 'remove', id: 'b' }, { kind: 'remove', id: 'c' }]), { committed: true })
        t.match(await store.commit(collection, [{ kind: 'remove', id: 'a' }]), { committed: true })
        t.match(await store.commit(collection, [{ kind: 'remove', id: 'a' }]), { reason: 'missing' })
      }
      t.match(await store.changes(collection, undefined, 10), { changes: [{ id: 'a' }] })
      const bySize: Member = { kind: 'member', path: ['size'], reading: 'number' }
      const filter: Expression = { kind: 'compare', operator: 'gt', left: bySize, right: { kind: 'literal', value: 1 } }
      for (const query of [{ orderBy: [] }, { filter, orderBy: [] }, { orderBy: [{ by: bySize, descending: false }] }]) t.strictSame(await store.list(collection, query, { limit: 10, skip: 0 }), [])
      t.equal(await store.count(collection, filter), 0)

      const { rows: [{ schemaname }] } = await client.query("SELECT schemaname FROM pg_tables WHERE tablename = 'operations' AND schemaname LIKE $1 LIMIT 1", [`${division}%`])
      await client.query(`SELECT FROM ${schemaname}.operations`)
      const asked = readAsked(server.log(), nameOf(front))
      t.equal(asked.find(({ sql }) => sql === `SELECT FROM ${schemaname}.operations`)?.databases.size, 3, 'one that names no collection asks all: this can fail')
      const sent = asked.filter(({ sql }) => new RegExp(`\\b${division}_\\w+\\.(?:${collectionTables.join('|')})\\b`).test(sql) && !/^(?:CREATE|SELECT FROM)/.test(sql))
      // a condition that never holds asks none
      t.strictSame(sent.filter(({ databases }) => databases.size > 1).map(({ sql, databases }) => [sql, ...databases]), [])
      t.strictSame([...new Set(sent.map(({ sql }) => findKind(sql) ?? sql))].sort(), statementKinds.filter((kind) => kind !== 'replaceTogether').sort(), 'every kind, and no other, but for the one that needs the key')
      t.ok(new Set(sent.flatMap(({ databases }) => [...databases])).size > 1, 'collections are on several')
    })
  }
})
