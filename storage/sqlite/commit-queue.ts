import { StoreUnavailableError } from '../store.js'
import type { Change, Collection, CommitOutcome } from '../store.js'
import { isBusy, pauseMillis } from './busy.js'

const busyMessage = 'another process holds the file'

/** One commit that waits for its transaction. */
interface Waiting {
  readonly collection: Collection
  readonly changes: readonly Change[]
  readonly deadline: number
  readonly resolve: (outcome: CommitOutcome) => void
  readonly reject: (error: unknown) => void
}

/** What the queue asks of the database. */
export interface Transactions {
  begin: () => void
  apply: (collection: Collection, changes: readonly Change[]) => CommitOutcome
  commit: () => void
  /** Ends the transaction if one is open. */
  rollback: () => void
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
  #waiting: Waiting[] = []
  /** Takes back the write that is planned, if one is. */
  #unplan: (() => void) | undefined

  constructor (transactions: Transactions, busyTimeoutMillis: number) {
    this.#transactions = transactions
    this.#busyTimeoutMillis = busyTimeoutMillis
  }

  add (collection: Collection, changes: readonly Change[]): Promise<CommitOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ collection, changes, deadline: Date.now() + this.#busyTimeoutMillis, resolve, reject })
      if (this.#unplan === undefined) this.#planNow()
    })
  }

  /** Writes everything that waits, now; what the busy file does not take is rejected. */
  drain (): void {
    this.#unplan?.()
    const waiting = this.#waiting
    this.#waiting = []
    if (waiting.length > 0) this.#write(waiting, ({ reject }) => { reject(new StoreUnavailableError(busyMessage)) })
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
    const batch = this.#waiting.splice(0, batchLimit)
    const again: Waiting[] = []
    this.#write(batch, (entry) => {
      if (Date.now() < entry.deadline) again.push(entry)
      else entry.reject(new StoreUnavailableError(busyMessage))
    })
    this.#waiting.unshift(...again)
    if (again.length > 0) this.#planLater()
    else if (this.#waiting.length > 0) this.#planNow()
  }

  #write (batch: readonly Waiting[], onBusy: (entry: Waiting) => void): void {
    let outcomes: CommitOutcome[]
    try {
      this.#transactions.begin()
      outcomes = batch.map(({ collection, changes }) => this.#transactions.apply(collection, changes))
      this.#transactions.commit()
    } catch (error) {
      this.#transactions.rollback()
      if (isBusy(error)) batch.forEach(onBusy)
      else if (batch.length === 1) batch[0]?.reject(error)
      // one bad write must not fail its mates: each in a transaction of its own
      else for (const entry of batch) this.#write([entry], onBusy)
      return
    }
    batch.forEach((entry, index) => { entry.resolve(outcomes[index] as CommitOutcome) })
  }
}
