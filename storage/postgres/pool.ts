import { loadDriver } from './driver.js'
import type { PostgresClient, PostgresPool } from './driver.js'
import type { ResolvedOptions } from './options.js'

/** What a connection is asked before it is used. */
interface Server {
  readonly standby: boolean
  readonly encoding: string
  readonly synchronous: string
  readonly hasCollation: boolean
}

const question = `SELECT pg_is_in_recovery() AS standby, current_setting('server_encoding') AS encoding,
  current_setting('synchronous_commit') AS synchronous, EXISTS (SELECT 1 FROM pg_catalog.pg_collation WHERE collname = $1) AS "hasCollation"`

/**
 * Every connection is to a server that takes writes, keeps what it acknowledged, and reads texts as the contract does.
 * @throws Error saying what it lacks
 */
async function checkServer (client: PostgresClient, { caseCollation, transactionPooler }: ResolvedOptions): Promise<void> {
  const { rows: [row] } = await client.query({ text: question, values: [caseCollation] })
  const { standby, encoding, synchronous, hasCollation } = row as unknown as Server
  // a standby is behind its primary: a read could miss what was acknowledged
  if (standby) throw new Error('it is a standby')
  if (encoding !== 'UTF8') throw new Error(`its encoding is ${encoding}, not UTF8`)
  if (!hasCollation) throw new Error(`it has no collation ${caseCollation}: set caseCollation to one that maps the case of all of Unicode`)
  const isSafe = synchronous === 'on' || synchronous === 'remote_apply'
  if (transactionPooler) {
    if (!isSafe) throw new Error(`synchronous_commit is ${synchronous}, so that acknowledged writes can be lost: set it on for the role`)
    return
  }
  // said of the connection, it stays whatever becomes of the server's settings
  await client.query({ text: `SET synchronous_commit = ${isSafe ? synchronous : 'on'}` })
}

/** The connections of one store; they are made when they are needed. @throws OPS_ERR_POSTGRES_DRIVER */
export async function makePool (options: ResolvedOptions): Promise<PostgresPool> {
  const { url, maxConnections, connectionTimeoutMillis, statementTimeoutMillis, transactionPooler, connection } = options
  const { Pool } = await loadDriver()
  return new Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis,
    keepAlive: true,
    pipeline: true,
    // for a server that does not answer at all; its own timeout comes first
    query_timeout: statementTimeoutMillis + 1_000,
    // a pooler refuses what is set for a whole connection
    ...(!transactionPooler && { statement_timeout: statementTimeoutMillis, idle_in_transaction_session_timeout: statementTimeoutMillis, application_name: 'fastify-graph-operations' }),
    ...connection,
    onConnect: async (client: PostgresClient) => { await checkServer(client, options) }
  })
}
