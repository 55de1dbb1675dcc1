import { readFileSync } from 'node:fs'
import t from 'tap'
import { postgresStore } from '../../index.js'
import type { Change, Collection } from '../../index.js'
import { collectionTables } from '../support/postgres-statements.js'
import { startPostgres } from '../support/postgres.js'

const page = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8')

/** The statements below a heading of the page. */
function readSql (heading: string): string {
  const [, sql] = new RegExp(`^### ${heading}$[^]*?^\`\`\`sql\\n([^]*?)^\`\`\`$`, 'm').exec(page) ?? []
  if (sql === undefined) throw new Error(`there is no SQL below ${heading}`)
  return sql
}

const server = await startPostgres(t, { settings: { fsync: 'off' } })

/** Every column with its type, collation and whether it may be null, and every key and index. */
async function describe (url: string): Promise<{ columns: unknown[], indexes: unknown[] }> {
  const columns = await server.query(`
    SELECT table_name, column_name, data_type, collation_name, is_nullable FROM information_schema.columns
    WHERE table_schema = 'graph_operations' ORDER BY table_name, column_name`, [], url)
  const indexes = await server.query("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'graph_operations' ORDER BY indexname", [], url)
  return { columns, indexes }
}

async function migrate (): Promise<string> {
  const url = await server.makeDatabase()
  await (await postgresStore({ url })).close()
  return url
}

const migrated = await describe(await migrate())

t.test('the schema for YugabyteDB is the one that migrations make, hashed by collection', async (t) => {
  const url = await server.makeDatabase()
  const sql = readSql('YugabyteDB')
  t.equal(sql.match(/\(\(tenant, owner\) HASH/g)?.length, 6, 'three keys and three indexes')
  await server.query(sql.replaceAll('(tenant, owner) HASH', 'tenant, owner').replaceAll(' ASC', ''), [], url)
  t.strictSame(await describe(url), migrated)

  // a store that migrated anything would fail: a table or the schema is there
  const [first, second] = [await postgresStore({ url }), await postgresStore({ url })]
  t.teardown(async () => { await Promise.all([first.close(), second.close()]) })
  t.ok(first.secret.length >= 64 && first.secret === second.secret)
  const collection: Collection = { tenant: 't', owner: 'calls/1' }
  const change: Change = { kind: 'insert', record: { id: 'a', type: 'x', created: '2026-01-01T00:00:00.0000000Z', lastAction: '', status: -1, text: '{}' } }
  t.match(await first.commit(collection, [change]), { committed: true })
  const { cursor } = await first.changes(collection, undefined, 10) as { cursor: string }
  t.match(await second.changes(collection, cursor, 10), { expired: false, changes: [] })
  t.match(await second.find({ ...collection, id: 'a' }), { id: 'a' })
})

t.test('the schema for CockroachDB is the one that migrations make, without collations', async (t) => {
  const url = await server.makeDatabase()
  await server.query(readSql('CockroachDB'), [], url)
  const withoutCollations = JSON.stringify(migrated).replaceAll('"collation_name":"C"', '"collation_name":null')
  t.strictSame(await describe(url), JSON.parse(withoutCollations))
})

t.test('what Citus is told is said of every table that holds collections, and a key has what it is divided by', async (t) => {
  const url = await migrate()
  await server.query(`
    CREATE TABLE told (name regclass, divided_by text, beside regclass);
    CREATE FUNCTION create_distributed_table (table_name regclass, distribution_column text, colocate_with text DEFAULT NULL) RETURNS void LANGUAGE sql
      AS 'INSERT INTO told VALUES (table_name, distribution_column, colocate_with::regclass)'`, [], url)
  await server.query(readSql('Citus'), [], url)
  const told = await server.query('SELECT name::text, divided_by, beside::text FROM told', [], url)
  const [first] = collectionTables.map((table) => `graph_operations.${table}`)
  t.strictSame(told, collectionTables.map((table) => ({ name: `graph_operations.${table}`, divided_by: 'tenant', beside: `graph_operations.${table}` === first ? null : first })))
  for (const { indexdef } of migrated.indexes as Array<{ indexdef: string }>) t.match(indexdef, /\(tenant, owner/)
})
