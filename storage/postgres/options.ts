import { hostErrors } from '../../errors.js'

/** Options of {@link postgresStore}. */
export interface PostgresStoreOptions {
  /** Where the database is: `postgres://user:password@host:port/database`. `?pgbouncer=true` is `transactionPooler`. */
  readonly url: string
  /** The schema of the tables, made if it is not there. Lower-case letters, digits and `_`. Default `graph_operations`. */
  readonly schema?: string
  /** How many changes of each collection are kept for followers. Default 10,000. */
  readonly keptChanges?: number
  /** Connections of this process at most, from 2 on. Default 10. */
  readonly maxConnections?: number
  /** How long a request waits for a connection. Milliseconds, default 5,000. */
  readonly connectionTimeoutMillis?: number
  /** How long a statement may take. Milliseconds, default 10,000. */
  readonly statementTimeoutMillis?: number
  /** How long a statement is sent again while others undo it (serialization failures and deadlocks). Milliseconds, default 5,000. */
  readonly retryMillis?: number
  /**
   * There is a pooler between, such as PgBouncer in transaction mode, that hands each transaction to any connection:
   * nothing is set for a whole connection, so set `statement_timeout` for the role. Default false.
   */
  readonly transactionPooler?: boolean
  /** The collation `tolower` and `toupper` map case with; it must know all of Unicode. Default `und-x-icu`. */
  readonly caseCollation?: string
  /** More settings for the `pg` package, such as `ssl` or a `password` function. */
  readonly connection?: Readonly<Record<string, unknown>>
}

/** Options with their defaults. */
export interface ResolvedOptions extends Required<PostgresStoreOptions> {
  /** The database as messages name it, without credentials. */
  readonly name: string
}

const positive = ['maxConnections', 'connectionTimeoutMillis', 'statementTimeoutMillis', 'retryMillis'] as const

/** @throws OPS_ERR_OPTION */
export function resolveOptions (given: PostgresStoreOptions): ResolvedOptions {
  const { url } = given
  if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) throw new hostErrors.OPS_ERR_OPTION('url must be postgres://user:password@host:port/database')
  const { host, pathname } = new URL(url)
  const options = {
    schema: 'graph_operations',
    keptChanges: 10_000,
    maxConnections: 10,
    connectionTimeoutMillis: 5_000,
    statementTimeoutMillis: 10_000,
    retryMillis: 5_000,
    transactionPooler: /[?&]pgbouncer=true(?:&|$)/.test(url),
    caseCollation: 'und-x-icu',
    connection: {},
    ...given,
    name: `${host}${pathname}`
  }
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(options.schema)) throw new hostErrors.OPS_ERR_OPTION('schema must have lower-case letters, digits and _ only, 63 at most')
  if (!/^[A-Za-z0-9_-]{1,63}$/.test(options.caseCollation)) throw new hostErrors.OPS_ERR_OPTION('caseCollation must have letters, digits, _ and - only')
  const wrong = positive.find((option) => !Number.isSafeInteger(options[option]) || options[option] < (option === 'maxConnections' ? 2 : 1))
  if (wrong !== undefined) throw new hostErrors.OPS_ERR_OPTION(`${wrong} must be a whole number of at least ${wrong === 'maxConnections' ? 2 : 1}`)
  return options
}
