import { findConflict, idOf } from '../change.js'
import { StoredRecord } from '../record.js'
import { OutcomeUnknownError, StoreUnavailableError } from '../store.js'
import type { Change, Collection, CommitOutcome } from '../store.js'
import type { Connections } from './connections.js'
import type { Row } from './driver.js'
import type { Statements, VersionedChange } from './statements.js'
import { findForgotten } from './history.js'
import { commitAll, leftOut } from './transaction.js'

/** One commit that waits to be sent. */
interface Waiting {
  /** When it gives up, in milliseconds of the clock. */
  readonly deadline: number
  readonly changes: readonly Change[]
  readonly resolve: (outcome: CommitOutcome) => void
  readonly reject: (error: unknown) => void
}

/** What a queue writes with. */
export interface Writer {
  readonly connections: Connections
  readonly statements: Statements
  readonly makeVersion: () => string
  /** How long a commit is sent again while nothing comes of it. Milliseconds. */
  readonly retryMillis: number
  readonly keptChanges: number
}

/** A commit of one change on its way. */
interface Sent extends VersionedChange {
  readonly waiting: Waiting
}

/** Commits of one change that are sent in one statement at most, and the characters of text in it. */
const batchLimit = 256
const batchCharacters = 1_048_576

function sizeOf (change: Change | undefined): number {
  return change === undefined || change.kind === 'remove' ? 0 : change.record.text.length
}

/**
 * Group commit for one collection: while a statement is on its way, what arrives waits, and the next statement takes
 * commits of one change each, of one kind and of different ids. A commit of several changes is a transaction of its own.
 */
export class CommitQueue {
  readonly #collection: Collection
  readonly #writer: Writer
  readonly #onIdle: () => void
  #waiting: Waiting[] = []
  #isSending = false

  constructor (collection: Collection, writer: Writer, onIdle: () => void) {
    this.#collection = collection
    this.#writer = writer
    this.#onIdle = onIdle
  }

  add (changes: readonly Change[]): Promise<CommitOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ changes, deadline: Date.now() + this.#writer.retryMillis, resolve, reject })
      if (this.#isSending) return
      this.#isSending = true
      // what else arrives in this turn of the event loop goes along
      setImmediate(() => { void this.#send() })
    })
  }

  async #send (): Promise<void> {
    while (this.#waiting.length > 0) {
      const [first] = this.#waiting as [Waiting]
      if (first.changes.length === 1) await this.#write(this.#takeBatch(first))
      else await this.#writeAll(this.#waiting.shift() as Waiting)
    }
    this.#isSending = false
    this.#onIdle()
  }

  /** Commits that can go in one statement, the first one among them; those of one id keep their order. */
  #takeBatch (first: Waiting): Waiting[] {
    const kind = first.changes[0]?.kind
    const batch: Waiting[] = []
    const rest: Waiting[] = []
    const ids = new Set<string>()
    let characters = 0
    for (const waiting of this.#waiting) {
      const [change, ...more] = waiting.changes
      const isNew = waiting.changes.every((one) => !ids.has(idOf(one)))
      for (const one of waiting.changes) ids.add(idOf(one))
      const fits = batch.length < batchLimit && characters + sizeOf(change) <= batchCharacters
      const isTaken = waiting === first || (isNew && fits && more.length === 0 && change?.kind === kind)
      if (isTaken) characters += sizeOf(change)
      ;(isTaken ? batch : rest).push(waiting)
    }
    this.#waiting = rest
    return batch
  }

  async #writeAll ({ changes, resolve, reject }: Waiting): Promise<void> {
    await commitAll(this.#writer, this.#collection, changes).then(resolve, reject)
  }

  async #write (batch: readonly Waiting[]): Promise<void> {
    const { connections, statements, makeVersion } = this.#writer
    const sent = batch.map((waiting): Sent => {
      const [change] = waiting.changes as readonly [Change]
      return { waiting, change, version: makeVersion() }
    })
    try {
      await this.#settle(sent, await connections.write(statements.apply(this.#collection, sent)))
    } catch (error) {
      const isOfAll = batch.length === 1 || error instanceof StoreUnavailableError || error instanceof OutcomeUnknownError
      if (isOfAll) for (const { reject } of batch) reject(error)
      // one bad write must not fail its mates: each in a statement of its own
      else for (const waiting of batch) await this.#write([waiting])
    }
  }

  /** Answers those whose change was made, and finds out about the others. Never fails: what was written must not be sent again. */
  async #settle (sent: readonly Sent[], rows: readonly Row[]): Promise<void> {
    const done = new Set(rows.map(({ id }) => id))
    for (const { waiting, change, version } of sent) {
      if (done.has(idOf(change))) waiting.resolve({ committed: true, records: [change.kind === 'remove' ? undefined : new StoredRecord(change.record, version)] })
    }
    const left = sent.filter(({ change }) => !done.has(idOf(change)))
    if (left.length > 0) await this.#explain(left).catch((error: unknown) => { for (const { waiting } of left) waiting.reject(error) })
    await this.#forget(Number(rows[0]?.['last'] ?? 0), sent.length)
  }

  async #forget (last: number, count: number): Promise<void> {
    const { connections, statements, keptChanges } = this.#writer
    const forgotten = findForgotten(last, count, keptChanges)
    // what is not dropped now is dropped with a later commit
    if (forgotten !== undefined) await connections.write(statements.forget(this.#collection, forgotten)).catch(() => undefined)
  }

  /** Says of changes that were not made which conflict they met; those that meet none any more are sent again. */
  async #explain (left: readonly Sent[]): Promise<void> {
    const { connections, statements } = this.#writer
    const rows = await connections.read(statements.versions(this.#collection, left.map(({ change }) => idOf(change))))
    const versions = new Map(rows.map(({ id, version }) => [id as string, version as string]))
    const again: Waiting[] = []
    for (const { waiting, change } of left) {
      const reason = findConflict(change, versions.get(idOf(change)))
      if (reason === undefined && Date.now() < waiting.deadline) again.push(waiting)
      else if (reason === undefined) waiting.reject(new StoreUnavailableError(leftOut))
      else waiting.resolve({ committed: false, index: 0, reason })
    }
    if (again.length === 0) return
    // the first change of a collection finds no row to take turns at
    await connections.write(statements.begin(this.#collection))
    this.#waiting.unshift(...again)
  }
}
