import { writeBatch } from '../batch.js'
import { pauseMillis } from '../retry.js'
import { StoreFullError, StoreUnavailableError } from '../store.js'
import type { Change, Collection, CommitOutcome, OperationStore } from '../store.js'
import { busyMessage } from './busy.js'
import { isBusy, isFull } from './failures.js'

/** One commit that waits for its transaction. */
interface Waiting {
  readonly collection: Collection
  readonly changes: readonly Change[]
  readonly deadline: number
  readonly resolve: (outcome: CommitOutcome) => void
  readonly reject: (error: unknown) => void
  /** It was in a transaction that failed, and gets one of its own. */
  isAlone: boolean
}

/** What the queue asks of the database. */
export interface Transactions {
  begin: () => void
  apply: (collection: Collection, changes: readonly Change[]) => CommitOutcome
  commit: () => void
  /** Ends the transaction if one is open. */
  rollback: () => void
  /** Makes room where it can, after a file could not grow. Never throws. */
  reclaim: () => void
  /** Writes what leaves nothing behind, for a transaction that has something to commit. */
  touch: () => void
}

/** Commits in one transaction at most, so that a long queue does not hold the event loop. */
const batchLimit = 256

/**
 * Group commit: what arrives in one turn of the event loop is written in one transaction, and each
 * caller is answered after the COMMIT that made its write durable.
 */
export class CommitQueue {
  readonly #transactions: Transactions
  readonly #busyTimeoutMillis: number
  readonly #getStore: () => OperationStore
  #waiting: Waiting[] = []
  #hasFailed = false
  /** Takes back the write that is planned, if one is. */
  #unplan: (() => void) | undefined

  constructor (transactions: Transactions, busyTimeoutMillis: number, getStore: () => OperationStore) {
    this.#transactions = transactions
    this.#busyTimeoutMillis = busyTimeoutMillis
    this.#getStore = getStore
  }

  get store (): OperationStore {
    return this.#getStore()
  }

  /** Whether the newest commit that was tried failed, by itself or because nothing can be written. */
  get hasFailed (): boolean {
    return this.#hasFailed
  }

  /** Writes a page for real. @throws what keeps commits from being written */
  rehearse (): void {
    try {
      this.#transactions.begin()
      this.#transactions.touch()
      this.#transactions.commit()
    } catch (error) {
      this.#transactions.rollback()
      throw error
    }
    this.#hasFailed = false
  }

  get waiting (): number {
    return this.#waiting.length
  }

  add (collection: Collection, changes: readonly Change[]): Promise<CommitOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ collection, changes, deadline: Date.now() + this.#busyTimeoutMillis, resolve, reject, isAlone: false })
      if (this.#unplan === undefined) this.#planNow()
    })
  }

  /** Lets commits wait until `action` is over, unless the queue is drained. @throws what `action` does */
  async hold (action: () => Promise<unknown>): Promise<void> {
    this.#unplan?.()
    this.#unplan = () => undefined
    try {
      await action()
    } finally {
      this.#unplan = undefined
      if (this.#waiting.length > 0) this.#planNow()
    }
  }

  /** Writes everything that waits, now; what the busy file does not take is rejected. */
  drain (): void {
    this.#unplan?.()
    while (this.#waiting.length > 0) {
      for (const entry of this.#write()) entry.reject(new StoreUnavailableError(busyMessage))
    }
  }

  #planNow (): void {
    const immediate = setImmediate(this.#flush)
    this.#unplan = () => { clearImmediate(immediate) }
  }

  #planLater (): void {
    const timeout = setTimeout(this.#flush, pauseMillis())
    this.#unplan = () => { clearTimeout(timeout) }
  }

  #flush = (): void => {
    this.#unplan = undefined
    const again: Waiting[] = []
    for (const entry of this.#write()) {
      if (Date.now() < entry.deadline) again.push(entry)
      else entry.reject(new StoreUnavailableError(busyMessage))
    }
    this.#waiting.unshift(...again)
    if (again.length > 0) this.#planLater()
    else if (this.#waiting.length > 0) this.#planNow()
  }

  #transact (batch: readonly Waiting[]): CommitOutcome[] {
    this.#transactions.begin()
    const outcomes = batch.map(({ collection, changes }) => this.#transactions.apply(collection, changes))
    this.#transactions.commit()
    return outcomes
  }

  /** One transaction; gives back what met a busy file. */
  #write (): readonly Waiting[] {
    // those that get a transaction of their own come first
    const batch = this.#waiting.splice(0, this.#waiting[0]?.isAlone === true ? 1 : batchLimit)
    let outcomes: CommitOutcome[]
    try {
      // transactions answer at once
      outcomes = writeBatch(this, batch, () => this.#transact(batch)) as CommitOutcome[]
    } catch (error) {
      this.#transactions.rollback()
      if (isBusy(error)) return batch
      if (isFull(error)) this.#transactions.reclaim()
      const first = batch[0] as Waiting
      if (first.isAlone) {
        this.#hasFailed = true
        first.reject(isFull(error) ? new StoreFullError('there is no room for what the commit writes', { cause: error }) : error)
        return []
      }
      // one bad write must not fail its mates: each has a transaction of its own, in a turn of its own
      for (const entry of batch) entry.isAlone = true
      this.#waiting.unshift(...batch)
      return []
    }
    this.#hasFailed = false
    batch.forEach((entry, index) => { entry.resolve(outcomes[index] as CommitOutcome) })
    return []
  }
}
