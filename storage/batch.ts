import { channels } from '../channels.js'
import { isPromise } from './awaitable.js'
import type { Awaitable, Change, OperationStore } from './store.js'

/** A queue of commits, as seen by those who watch it. */
export interface WatchedQueue {
  readonly store: OperationStore
  /** Commits that wait. */
  readonly waiting: number
}

/** Writes some commits of a queue in one transaction, and tells whoever watches what it was. */
export function writeBatch<T> (queue: WatchedQueue, commits: ReadonlyArray<{ readonly changes: readonly Change[] }>, write: () => Awaitable<T>): Awaitable<T> {
  if (!channels.batch.hasSubscribers) return write()
  const start = performance.now()
  const changes = commits.reduce((sum, commit) => sum + commit.changes.length, 0)
  const publish = (failure?: { readonly error: unknown }): void => {
    const { store, waiting } = queue
    channels.batch.publish({ store, commits: commits.length, changes, waiting, durationMillis: performance.now() - start, ...failure })
  }
  const fail = (error: unknown): never => {
    publish({ error })
    throw error
  }
  const succeed = (value: T): T => {
    publish()
    return value
  }
  let written: Awaitable<T>
  try {
    written = write()
  } catch (error) {
    return fail(error)
  }
  return isPromise(written) ? written.then(succeed, fail) : succeed(written)
}
