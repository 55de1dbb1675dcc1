import { retryWhile } from '../retry.js'
import type { Statement as Compiled } from '../sql/select.js'
import { StoreUnavailableError } from '../store.js'
import type { PostgresClient, PostgresPool, Row } from './driver.js'
import { isAgain, isReadOnly, isUndone, toFailure, toWriteFailure } from './failures.js'

/** A connection that statements of many callers share, each statement a transaction of its own. */
interface Shared {
  readonly client: PostgresClient
  /** Statements that were sent and not answered. */
  waiting: number
  /** Why nobody is to use it any more; it is given back when nothing waits for it. */
  failure: Error | undefined
  readonly onError: (error: Error) => void
}

/** A statement, with a name if it comes again and again. */
export interface Statement extends Compiled {
  readonly name?: string
  /** Whether it is waited for however long it takes; the server's own timeout is for who sends it to lift. */
  readonly isPatient?: boolean
}

/** Runs one statement. */
export type Run = (statement: Statement) => Promise<Row[]>

/** Everything that is sent to the database; what others' work undid is sent again until the deadline. */
export interface Connections {
  /** A statement that reads and is soon done. Sent a second time when its connection is lost. @throws StoreUnavailableError */
  readonly read: Run
  /** A statement that may take its time, on a connection where nobody waits behind it. @throws StoreUnavailableError */
  readonly readLong: Run
  /** A statement that writes, as a transaction of its own. @throws StoreUnavailableError, StoreFullError, OutcomeUnknownError */
  readonly write: Run
  /**
   * A transaction of several statements: committed when `use` has a value, undone when it throws.
   * @throws StoreUnavailableError, StoreFullError, OutcomeUnknownError
   */
  readonly transact: <T>(use: (run: Run) => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

const ignore = (): void => undefined

/** The longest that a timer can be set to. Milliseconds. */
const longestTimeout = 2 ** 31 - 1

/** @throws Error that says nothing of the connection's state, so that nobody uses it again */
async function rollBack (client: PostgresClient): Promise<void> {
  await client.query({ text: 'ROLLBACK' }).catch((error: unknown) => { throw new Error('a transaction was not rolled back', { cause: error }) })
}

/** How a pool is used. */
export interface ConnectionSettings {
  readonly maxConnections: number
  /** How long a statement is sent again while others undo it. Milliseconds. */
  readonly retryMillis: number
  /** Whether connections keep statements with names; one behind a pooler may be another one the next time. */
  readonly keepsStatements: boolean
}

/**
 * Shares up to half of a pool's connections between short statements, which follow each other without waiting for
 * answers (pipelining); the others have one caller at a time.
 * @see PostgreSQL, 55.2.4 Pipelining
 */
export function makeConnections (pool: PostgresPool, { maxConnections, retryMillis, keepsStatements }: ConnectionSettings): Connections {
  const maxShared = Math.ceil(maxConnections / 2)
  const shared = new Set<Shared>()
  let opening: Promise<Shared> | undefined

  // the end of an idle connection is no reason to end the process
  pool.on('error', ignore)

  const runOn = (client: PostgresClient): Run => async ({ sql, parameters, name, isPatient }) =>
    (await client.query({ text: sql, values: parameters, ...(keepsStatements && name !== undefined && { name }), ...(isPatient === true && { query_timeout: longestTimeout }) })).rows

  const connect = async (): Promise<PostgresClient> => {
    try {
      return await pool.connect()
    } catch (error) {
      throw new StoreUnavailableError('the database cannot be reached', { cause: error })
    }
  }

  const giveBack = (one: Shared): void => {
    shared.delete(one)
    one.client.off('error', one.onError)
    one.client.release(one.failure)
  }

  const giveBackIfFailed = (one: Shared): void => {
    if (one.failure !== undefined && one.waiting === 0) giveBack(one)
  }

  const openShared = async (): Promise<Shared> => {
    const client = await connect()
    const one: Shared = {
      client,
      waiting: 0,
      failure: undefined,
      onError (error) {
        one.failure = error
        giveBackIfFailed(one)
      }
    }
    client.on('error', one.onError)
    shared.add(one)
    return one
  }

  const getOpening = (): Promise<Shared> => {
    opening ??= openShared().finally(() => { opening = undefined })
    return opening
  }

  const getShared = async (): Promise<Shared> => {
    const [first, ...rest] = [...shared].filter(({ failure }) => failure === undefined)
    if (first === undefined) return await getOpening()
    const least = rest.reduce((a, b) => b.waiting < a.waiting ? b : a, first)
    if (least.waiting === 0 || shared.size >= maxShared || opening !== undefined) return least
    // whoever finds all busy does not wait behind them, which may take as long as a lock
    return await getOpening().catch(() => least)
  }

  const runShared: Run = async (statement) => {
    const one = await getShared()
    one.waiting += 1
    return await runOn(one.client)(statement).catch((error: unknown) => {
      if (isReadOnly(error)) one.failure = error as Error
      throw error
    }).finally(() => {
      one.waiting -= 1
      giveBackIfFailed(one)
    })
  }

  const withClient = async <T>(use: (client: PostgresClient) => Promise<T>): Promise<T> => {
    const client = await connect()
    client.on('error', ignore)
    const release = (failure?: Error): void => {
      client.off('error', ignore)
      client.release(failure)
    }
    return await use(client).then((value) => {
      release()
      return value
    }, (error: unknown) => {
      // only a server's answer says what state a connection is in
      release(isUndone(error) && !isReadOnly(error) ? undefined : error as Error)
      throw error
    })
  }

  const untilDone = async <T>(action: () => Promise<T>): Promise<T> => await retryWhile(isAgain, retryMillis, action)

  const runAlone: Run = async (statement) => await withClient(async (client) => await runOn(client)(statement))

  const readWith = (run: Run): Run => async (statement) => await untilDone(async () => {
    try {
      return await run(statement)
    } catch (error) {
      if (error instanceof StoreUnavailableError || isUndone(error)) throw error
      return await run(statement)
    }
  }).catch((error: unknown) => { throw toFailure(error) })

  return {
    read: readWith(runShared),
    readLong: readWith(runAlone),
    write: async (statement) => await untilDone(async () => await runShared(statement)).catch((error: unknown) => { throw toWriteFailure(error) }),
    async transact (use) {
      let isCommitting = false
      return await untilDone(async () => await withClient(async (client) => {
        isCommitting = false
        // waited for: without it, every statement behind it would be a transaction of its own
        await client.query({ text: 'BEGIN' })
        try {
          const value = await use(runOn(client))
          isCommitting = true
          await client.query({ text: 'COMMIT' })
          return value
        } catch (error) {
          if (isUndone(error)) await rollBack(client)
          throw error
        }
      })).catch((error: unknown) => { throw isCommitting ? toWriteFailure(error) : toFailure(error) })
    },
    async close () {
      await Promise.allSettled([opening])
      for (const one of [...shared]) giveBack(one)
      await pool.end()
    }
  }
}
