/*
 * The contract between operations and whatever keeps them.
 *
 * Glossary
 *   collection  the operations of one owner in one tenant, such as sites/abc of tenant t
 *   record      one stored operation: its representation as text, and what a store needs to find and sort it
 *   version     an opaque name for one state of one record; a version never comes back, not even when the
 *               id is removed and inserted again
 *   commit      one write: some changes of one collection, all or none
 *   conflict    why a commit was not made; an expected outcome, so a value and not an exception
 *   cursor      an opaque place in the history of a collection's changes
 *   query       which records of a collection, in which order; its terms are in query/tree.ts
 *
 * A store knows neither HTTP nor query text. Methods return a value or a promise: a store that has the
 * answer gives it at once. A read that starts after a commit was acknowledged sees what it wrote.
 * After close() every other method throws or rejects.
 */

import type { Expression, Page, Query } from './query/tree.js'

export type * from './query/tree.js'

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/** The operations of one owner in one tenant. */
export interface Collection {
  /** Nothing of one tenant is ever seen, counted or inferred by another. */
  readonly tenant: string
  /** Such as `sites/{id}` or `calls/{id}`. */
  readonly owner: string
}

export interface Key extends Collection {
  readonly id: string
}

/** What a caller hands over to be stored. */
export interface NewRecord {
  readonly id: string
  /** Qualified name of the entity type. */
  readonly type: string
  /** The instant the default order sorts by: UTC with 7 fraction digits, 28 characters. */
  readonly created: string
  /** The instant of the last action, written like `created`; empty for a type or operation without one. */
  readonly lastAction: string
  /** The number of the status' name in its enumeration; -1 for a type or operation without one. */
  readonly status: number
  /** The representation as JSON, without context and etag, its `@odata.type` first. */
  readonly text: string
  /** What `text` reads as, frozen in depth, where the caller has it at hand: a store may give it back instead of reading. */
  readonly value?: Readonly<Record<string, unknown>>
}

/** A stored operation. */
export interface OperationRecord extends NewRecord {
  readonly version: string
  /** `text` parsed, on demand, frozen in depth. */
  readonly value: Readonly<Record<string, unknown>>
}

export type Change =
  | { readonly kind: 'insert', readonly record: NewRecord }
  | { readonly kind: 'replace', readonly record: NewRecord, readonly expectedVersion: string }
  | { readonly kind: 'remove', readonly id: string, readonly expectedVersion?: string | undefined }

/**
 * - `exists`: an insert found the id taken
 * - `missing`: a replace or remove found nothing
 * - `changed`: a replace or remove found another version than the one expected
 */
export type ConflictReason = 'exists' | 'missing' | 'changed'

export type CommitOutcome =
  /** `records[i]` is what change `i` stored, `undefined` for a remove. */
  | { readonly committed: true, readonly records: ReadonlyArray<OperationRecord | undefined> }
  /** Nothing was stored: change number `index` met a conflict. */
  | { readonly committed: false, readonly index: number, readonly reason: ConflictReason }

/** One entry of a collection's history. */
export interface CommittedChange {
  readonly kind: 'inserted' | 'replaced' | 'removed'
  readonly id: string
  /** The version the change made; a removal has one of its own. */
  readonly version: string
}

export type ChangesPage =
  /** `cursor` continues after the last of `changes`. */
  | { readonly expired: false, readonly changes: readonly CommittedChange[], readonly cursor: string }
  /** The history does not reach back to the cursor, or the cursor is not of this store: read everything again. */
  | { readonly expired: true }

export interface OperationStore {
  /** What keeps the records, in OpenTelemetry's words for `db.system.name`, such as `sqlite`. */
  readonly system?: string

  find: (key: Key) => Awaitable<OperationRecord | undefined>

  /**
   * At least 256 random bits as text, the same for every process that shares what is stored. It seals what
   * clients carry from one page to the next, and is never shown.
   */
  readonly secret: string

  /**
   * One page of a query.
   * @throws ScanLimitError, where the store bounds what it reads for a query that no index serves
   */
  list: (collection: Collection, query: Query, page: Page) => Awaitable<readonly OperationRecord[]>

  /** How many records a filter lets through. @throws ScanLimitError as `list` does */
  count: (collection: Collection, filter?: Expression) => Awaitable<number>

  /**
   * All changes or none. Acknowledged means kept: what the store promises about crashes holds from here on.
   * @throws StoreUnavailableError, StoreFullError, OutcomeUnknownError
   */
  commit: (collection: Collection, changes: readonly Change[]) => Awaitable<CommitOutcome>

  /**
   * Every committed change of a collection at least once, in order per id, removals included.
   * Without a cursor from the oldest change kept; stores keep a bounded history and say `expired`
   * when a cursor is older than it.
   */
  changes: (collection: Collection, cursor: string | undefined, limit: number) => Awaitable<ChangesPage>

  /**
   * Finds out, cheaply, whether it takes reads and writes now; for those who ask often. A store without it is asked
   * for an operation that is not there.
   * @throws why it does not
   */
  check?: () => Awaitable<void>

  /** Ends every use of files and connections. Safe to call twice. */
  close: () => Awaitable<void>
}

/**
 * What a store throws or rejects with when it cannot answer for now, such as a file that stays locked or a
 * connection that is down. Nothing of the call was stored.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
}

/** There is no room for what a commit writes. Nothing of it was stored; reads go on. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError'
}

/**
 * A commit was sent and its answer was lost, such as with a connection that was cut: it was stored as a whole or
 * not at all, and the store cannot tell which. It is not tried again, since that could make it twice.
 */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError'
}

/** A query would read more records than the store allows, and no index helps. */
export class ScanLimitError extends Error {
  override readonly name = 'ScanLimitError'
  /** How many records a query may read. */
  readonly limit: number

  constructor (limit: number) {
    super(`the query would read more than ${limit} records`)
    this.limit = limit
  }
}

/** The methods a store must have. */
export const storeMethods = ['find', 'list', 'count', 'commit', 'changes', 'close'] as const satisfies ReadonlyArray<keyof OperationStore>
