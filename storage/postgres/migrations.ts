import { makeMark, makeSecret } from '../versions.js'
import type { Connections, Run } from './connections.js'

/** What belongs to the database as a whole, the same for every process. */
export interface About {
  readonly mark: string
  readonly secret: string
  /** Whether the database knows the key of the operations: where they are divided among servers, those know it. */
  readonly isKeyed: boolean
}

/**
 * Each entry brings the schema from the format before it; entries are only ever added.
 *
 * Every key and index is led by tenant and owner, and every statement names both, so that the tables can be
 * distributed by tenant, or by tenant and owner. Texts are compared by code point. `status` is a double because
 * numbers of a query are doubles, and only equal types meet in an index.
 */
const migrations: ReadonlyArray<(schema: string) => readonly string[]> = [
  (schema) => [
    `CREATE TABLE ${schema}.operations (
       tenant text COLLATE "C" NOT NULL,
       owner text COLLATE "C" NOT NULL,
       id text COLLATE "C" NOT NULL,
       type text NOT NULL,
       created text COLLATE "C" NOT NULL,
       last_action text COLLATE "C" NOT NULL,
       status double precision NOT NULL,
       version text COLLATE "C" NOT NULL,
       text text NOT NULL)`,
    `CREATE INDEX operations_by_created ON ${schema}.operations (tenant, owner, created, id)`,
    `CREATE INDEX operations_by_last_action ON ${schema}.operations (tenant, owner, last_action, created, id)`,
    `CREATE INDEX operations_by_status ON ${schema}.operations (tenant, owner, status, created, id)`,
    `ALTER TABLE ${schema}.operations ADD PRIMARY KEY (tenant, owner, id)`,
    `CREATE TABLE ${schema}.collections (
       tenant text COLLATE "C" NOT NULL,
       owner text COLLATE "C" NOT NULL,
       sequence bigint NOT NULL,
       forgotten bigint NOT NULL,
       PRIMARY KEY (tenant, owner))`,
    `CREATE TABLE ${schema}.changes (
       tenant text COLLATE "C" NOT NULL,
       owner text COLLATE "C" NOT NULL,
       sequence bigint NOT NULL,
       id text COLLATE "C" NOT NULL,
       kind text NOT NULL,
       version text NOT NULL,
       PRIMARY KEY (tenant, owner, sequence))`
  ],
  /*
   * An index of these has the id too, and one that is less deep than the key, as the key is filled in any order, seems
   * cheaper to the planner wherever it takes a collection for small: then whoever looks up an id walks through the
   * collection. So only statements that say what all records fulfil can be served by them, and a look-up says no such thing.
   */
  (schema) => ['created', 'last_action', 'status'].flatMap((column) => [
    `DROP INDEX ${schema}.operations_by_${column}`,
    `CREATE INDEX operations_by_${column} ON ${schema}.operations (tenant, owner, ${[...new Set([column, 'created'])].join(', ')}, id) WHERE created >= ''`
  ])
]

/** A key for the lock that processes take to migrate one schema at a time. */
const lockName = 'fastify-graph-operations'

const newest = migrations.length

async function findAbout (run: Run, schema: string): Promise<(About & { readonly format: number }) | undefined> {
  const [table] = await run({ sql: 'SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = $2', parameters: [schema, 'about'] })
  if (table === undefined) return undefined
  const [row] = await run({
    sql: `SELECT format, mark, secret, EXISTS (
        SELECT 1 FROM pg_catalog.pg_index JOIN pg_catalog.pg_class ON pg_class.oid = indrelid JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
        WHERE indisprimary AND relname = 'operations' AND nspname = $1) AS "isKeyed"
      FROM ${schema}.about`,
    parameters: [schema]
  })
  return row as (About & { format: number }) | undefined
}

async function migrate (runSoon: Run, schema: string): Promise<void> {
  const none: readonly string[] = []
  // an index of a large table takes longer than anything that a request asks for, and so does who waits for it
  const run: Run = async (statement) => await runSoon({ ...statement, isPatient: true })
  await run({ sql: 'SET LOCAL statement_timeout = 0', parameters: [] })
  // whatever the database's default is, what others did is to be seen once they let go of the lock
  await run({ sql: 'SET TRANSACTION ISOLATION LEVEL READ COMMITTED', parameters: [] })
  await run({ sql: 'SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))', parameters: [lockName, schema] })
  // requests wait behind whoever waits for a lock on a table, as long as a statement may take and no longer
  await run({ sql: "SELECT set_config('lock_timeout', reset_val, true) FROM pg_catalog.pg_settings WHERE name = 'statement_timeout'", parameters: [] })
  // others may have migrated while this process waited for the lock
  const { format = 0 } = await findAbout(run, schema) ?? {}
  const [found] = await run({ sql: 'SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1', parameters: [schema] })
  const wanted = migrations.slice(format).flatMap((toSql) => toSql(schema))
  const before = format > 0 ? none : [
    ...(found === undefined ? [`CREATE SCHEMA ${schema}`] : none),
    `CREATE TABLE ${schema}.about (format integer NOT NULL, mark text NOT NULL, secret text NOT NULL)`
  ]
  for (const sql of [...before, ...wanted]) await run({ sql, parameters: [] })
  if (format === 0) await run({ sql: `INSERT INTO ${schema}.about (format, mark, secret) VALUES (0, $1, $2)`, parameters: [makeMark(), makeSecret()] })
  await run({ sql: `UPDATE ${schema}.about SET format = $1`, parameters: [newest] })
}

/**
 * Brings the schema to the newest format, whoever else starts at the same moment.
 * @throws Error saying why the database cannot be used
 */
export async function prepareSchema (connections: Connections, schema: string): Promise<About> {
  const found = await findAbout(connections.readLong, schema)
  if (found?.format !== newest) {
    if (found !== undefined && found.format > newest) throw new Error(`it was written by a newer version of this package (format ${found.format}, this one knows ${newest})`)
    await connections.transact(async (run) => { await migrate(run, schema) })
  }
  return found ?? await findAbout(connections.readLong, schema) as About
}
