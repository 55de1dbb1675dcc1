import { channel, tracingChannel } from 'node:diagnostics_channel'
import type { Channel } from 'node:diagnostics_channel'
import type { Collection, OperationStore } from './storage/store.js'

/*
 * What this package tells those who watch it, through channels of node:diagnostics_channel. Without subscribers
 * nothing is made that could be told.
 */

/** The methods of a store whose calls are told. */
export type StoreMethod = 'find' | 'list' | 'count' | 'commit' | 'changes'

/**
 * One call of a store, the same object in all its events: `start` and `end` around what is done at once, then, where
 * the answer is a promise, `asyncStart` and `asyncEnd`; `error` when it fails. A call is over with `end` when it has
 * a `result` or an `error` by then, else with `asyncEnd`.
 */
export interface StoreCall {
  /** `app.operationStore` of the application that asks. */
  readonly store: OperationStore
  readonly method: StoreMethod
  readonly collection: Collection
  /** The answer. It holds what is stored: not for logs. */
  result?: unknown
  error?: unknown
}

/** One transaction of a store that writes the commits of several callers together. */
export interface CommitBatch {
  /** The store that wrote it. */
  readonly store: OperationStore
  /** Callers who are answered by it. */
  readonly commits: number
  /** Changes of all of them. */
  readonly changes: number
  /** Commits that wait for a later one, in the same queue. */
  readonly waiting: number
  readonly durationMillis: number
  /** Why nothing came of it. */
  readonly error?: unknown
}

/** An operation that took a status, in a commit that is acknowledged. */
export interface StatusTaken {
  /** `app.operationStore` of the application that wrote it. */
  readonly store: OperationStore
  readonly tenant: string
  readonly owner: string
  readonly id: string
  /** Qualified name of its type. */
  readonly type: string
  /** Nothing for a new operation, and for one that had none. */
  readonly from: string | undefined
  readonly to: string
}

/** Where to subscribe. The names are public, as are the shapes of the messages. */
export const channels = Object.freeze({
  /** Messages are {@link StoreCall}. */
  store: tracingChannel<StoreCall, StoreCall>('fastify-graph-operations:store'),
  /** Messages are {@link CommitBatch}. */
  batch: channel('fastify-graph-operations:batch') as Channel<unknown, CommitBatch>,
  /** Messages are {@link StatusTaken}. */
  status: channel('fastify-graph-operations:status') as Channel<unknown, StatusTaken>
})
