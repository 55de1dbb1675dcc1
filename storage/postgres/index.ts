import { hostErrors } from '../../errors.js'
import { checkKeptChanges } from '../change.js'
import { runCount, runList } from '../query/run.js'
import type { Expression, Page, Query } from '../query/tree.js'
import { StoreUnavailableError } from '../store.js'
import type { Change, ChangesPage, Collection, CommitOutcome, Key, OperationStore } from '../store.js'
import { makeVersions } from '../versions.js'
import { CommitQueue } from './commit-queue.js'
import { makeConnections } from './connections.js'
import { makeDialect } from './dialect.js'
import { makeFinds } from './finds.js'
import { makeHistory } from './history.js'
import { prepareSchema } from './migrations.js'
import { resolveOptions } from './options.js'
import type { PostgresStoreOptions } from './options.js'
import { makePool } from './pool.js'
import { makeScanners } from './scanner.js'
import { makeStatements } from './statements.js'

export type { PostgresStoreOptions } from './options.js'

/**
 * Keeps operations in PostgreSQL, for several processes on several machines. A commit is answered after PostgreSQL
 * has it on disk. Commits of one collection that arrive while another is on its way go in one transaction.
 * @throws OPS_ERR_OPTION, OPS_ERR_POSTGRES_DRIVER, OPS_ERR_POSTGRES_DATABASE
 */
export async function postgresStore (given: PostgresStoreOptions): Promise<OperationStore> {
  const options = resolveOptions(given)
  const { schema, caseCollation, keptChanges, maxConnections, retryMillis, name } = options
  checkKeptChanges(keptChanges)
  const connections = makeConnections(await makePool(options), { maxConnections, retryMillis, keepsStatements: !options.transactionPooler })
  const about = await prepareSchema(connections, schema).catch(async (error: unknown) => {
    await connections.close()
    const { cause = error } = error as Error
    // a name of several addresses fails at each of them
    const [reason] = cause instanceof AggregateError ? cause.errors as Error[] : [cause as Error]
    throw new hostErrors.OPS_ERR_POSTGRES_DATABASE(name, String(reason?.message), { cause: error })
  })
  const statements = makeStatements(schema)
  const find = makeFinds(connections.read, statements)
  const toScanner = makeScanners(connections.readLong, makeDialect({ schema, caseCollation }))
  const readHistory = makeHistory(connections.readLong, statements, about.mark)
  const writer = { connections, statements, isKeyed: about.isKeyed, makeVersion: makeVersions(), retryMillis, keptChanges, getStore: () => store }
  const queues = new Map<string, CommitQueue>()
  const pending = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  const checkOpen = (): void => {
    if (closing !== undefined) throw new StoreUnavailableError('the store is closed')
  }

  /** Close waits for what was begun before it. */
  const track = <T>(work: Promise<T>): Promise<T> => {
    const settled = work.then(() => undefined, () => undefined).then(() => { pending.delete(settled) })
    pending.add(settled)
    return work
  }

  const getQueue = (collection: Collection): CommitQueue => {
    const key = JSON.stringify([collection.tenant, collection.owner])
    const queue = queues.get(key) ?? new CommitQueue(collection, writer, () => { queues.delete(key) })
    queues.set(key, queue)
    return queue
  }

  const store: OperationStore = {
    system: 'postgresql',
    secret: about.secret,
    async find (key: Key) {
      checkOpen()
      return await track(find(key))
    },
    async list (collection: Collection, query: Query, page: Page) {
      checkOpen()
      return await track(Promise.resolve(runList(toScanner(collection), query, page)))
    },
    async count (collection: Collection, filter?: Expression) {
      checkOpen()
      return await track(Promise.resolve(runCount(toScanner(collection), filter)))
    },
    async commit (collection: Collection, changes: readonly Change[]): Promise<CommitOutcome> {
      checkOpen()
      return await track(getQueue({ tenant: collection.tenant, owner: collection.owner }).add(changes))
    },
    async changes (collection: Collection, cursor: string | undefined, limit: number): Promise<ChangesPage> {
      checkOpen()
      return await track(readHistory(collection, cursor, limit))
    },
    async check () {
      checkOpen()
      await track(connections.read(statements.check()))
    },
    async close () {
      closing ??= (async () => {
        await Promise.all(pending)
        await connections.close()
      })()
      await closing
    }
  }
  return store
}
