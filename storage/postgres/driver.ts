import { hostErrors } from '../../errors.js'

/** A row by the names of its columns; what a column holds is for the statement to know. */
export type Row = Readonly<Record<string, unknown>>

/** One statement; a connection keeps what it compiled of one with a name. */
export interface Query {
  readonly text: string
  readonly values?: readonly unknown[]
  readonly name?: string
  /** Instead of the connection's. Milliseconds. */
  readonly query_timeout?: number
}

/** What the store needs of the `pg` package. @see https://node-postgres.com */
export interface PostgresClient {
  query: (query: Query) => Promise<{ readonly rows: Row[] }>
  /** Gives the client back to its pool; with an error the connection is ended. */
  release: (error?: Error | boolean) => void
  on: (event: 'error', listener: (error: Error) => void) => unknown
  once: (event: 'error', listener: (error: Error) => void) => unknown
  off: (event: 'error', listener: (error: Error) => void) => unknown
}

export interface PostgresPool {
  connect: () => Promise<PostgresClient>
  end: () => Promise<void>
  on: (event: 'error', listener: (error: Error) => void) => unknown
}

export interface PostgresDriver {
  Pool: new (settings: Readonly<Record<string, unknown>>) => PostgresPool
}

/**
 * The `pg` package, which only those install who use this store.
 * @throws OPS_ERR_POSTGRES_DRIVER
 */
export async function loadDriver (load: () => Promise<unknown> = async () => await import('pg')): Promise<PostgresDriver> {
  try {
    return (await load() as { default: PostgresDriver }).default
  } catch (error) {
    throw new hostErrors.OPS_ERR_POSTGRES_DRIVER((error as Error).message, { cause: error })
  }
}
