import { writeBatch } from '../batch.js'
import { findConflict, idOf } from '../change.js'
import { OutcomeUnknownError, StoreUnavailableError } from '../store.js'
import type { Change, Collection, CommitOutcome, OperationStore } from '../store.js'
import type { Row } from './driver.js'
import { findForgotten } from './history.js'
import type { VersionedChange } from './statements.js'
import { applyAll, commitAll, leftOut, readVersions, takeTurn, toResult } from './transaction.js'
import type { Writer } from './transaction.js'

/** One commit that waits to be sent. */
interface Waiting {
  /** When it gives up, in milliseconds of the clock. */
  readonly deadline: number
  readonly changes: readonly Change[]
  /** Of text. */
  readonly characters: number
  readonly resolve: (outcome: CommitOutcome) => void
  readonly reject: (error: unknown) => void
}

/** A commit of one change on its way. */
interface Sent extends VersionedChange {
  readonly waiting: Waiting
}

/** Commits of one change each in one transaction at most, and the characters of text in it. */
const batchLimit = 256
const batchCharacters = 1_048_576

function sizeOf (changes: readonly Change[]): number {
  return changes.reduce((sum, change) => change.kind === 'remove' ? sum : sum + change.record.text.length, 0)
}

/** Not of what was to be written. */
function isOfDatabase (error: unknown): boolean {
  return error instanceof StoreUnavailableError || error instanceof OutcomeUnknownError
}

/**
 * Group commit for one collection: while a transaction is on its way, what arrives waits, and the next transaction
 * takes the commits of one change each that are next. A commit of several changes has a transaction of its own.
 */
export class CommitQueue {
  readonly #collection: Collection
  readonly #writer: Writer
  readonly #onIdle: () => void
  readonly #waiting: Waiting[] = []
  #isSending = false

  constructor (collection: Collection, writer: Writer, onIdle: () => void) {
    this.#collection = collection
    this.#writer = writer
    this.#onIdle = onIdle
  }

  get store (): OperationStore {
    return this.#writer.getStore()
  }

  get waiting (): number {
    return this.#waiting.length
  }

  add (changes: readonly Change[]): Promise<CommitOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ changes, characters: sizeOf(changes), deadline: Date.now() + this.#writer.retryMillis, resolve, reject })
      if (this.#isSending) return
      this.#isSending = true
      // what else arrives in this turn of the event loop goes along
      setImmediate(() => { void this.#send() })
    })
  }

  async #send (): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch()
      if (batch.length > 0) await this.#write(batch)
      else await this.#writeAll(this.#waiting.shift() as Waiting)
    }
    this.#isSending = false
    this.#onIdle()
  }

  /** The commits of one change each that are next; none where the next one has several. */
  #takeBatch (): Waiting[] {
    let characters = 0
    const end = this.#waiting.findIndex((waiting, index) => {
      characters += waiting.characters
      return waiting.changes.length !== 1 || index === batchLimit || (index > 0 && characters > batchCharacters)
    })
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
  }

  async #writeAll (waiting: Waiting): Promise<void> {
    const { changes, resolve } = waiting
    const committed = async (): Promise<CommitOutcome> => await commitAll(this.#writer, this.#collection, changes)
    await Promise.resolve(writeBatch(this, [waiting], committed)).then(resolve, (error: unknown) => { this.#fail([waiting], error) })
  }

  /** While the database does not answer, nobody waits for one transaction after the other: who is late by now is told so too. */
  #fail (sent: readonly Waiting[], error: unknown): void {
    for (const { reject } of sent) reject(error)
    if (!isOfDatabase(error)) return
    const inTime = this.#waiting.findIndex(({ deadline }) => deadline > Date.now())
    const late = this.#waiting.splice(0, inTime < 0 ? this.#waiting.length : inTime)
    for (const { reject } of late) reject(new StoreUnavailableError('the database does not answer', { cause: error }))
  }

  async #write (batch: readonly Waiting[]): Promise<void> {
    const sent = batch.map((waiting): Sent => {
      const [change] = waiting.changes as readonly [Change]
      return { waiting, change, version: this.#writer.makeVersion() }
    })
    try {
      await this.#settle(sent, await writeBatch(this, batch, async () => await this.#apply(sent)))
    } catch (error) {
      if (batch.length === 1 || isOfDatabase(error)) this.#fail(batch, error)
      // one bad write must not fail its mates: each in a transaction of its own
      else for (const waiting of batch) await this.#write([waiting])
    }
  }

  /** The answer to each change: a row if it was made. */
  async #apply (sent: readonly Sent[]): Promise<Row[][]> {
    const { connections, statements } = this.#writer
    const [first, ...more] = sent as readonly [Sent, ...Sent[]]
    if (more.length === 0) return [await connections.write(statements.apply(this.#collection, first))]
    return await connections.transact(async (run) => {
      const [, answers] = await Promise.all([
        takeTurn(run, this.#writer, this.#collection, sent.length),
        applyAll(run, this.#writer, this.#collection, sent)
      ])
      return answers
    })
  }

  /** Answers those whose change was made, and finds out about the others. Never fails: what was written must not be sent again. */
  async #settle (sent: readonly Sent[], answers: ReadonlyArray<readonly Row[]>): Promise<void> {
    const left = sent.filter((one, index) => {
      const isDone = answers[index]?.length === 1
      if (isDone) one.waiting.resolve({ committed: true, records: [toResult(one)] })
      return !isDone
    })
    if (left.length > 0) await this.#explain(left).catch((error: unknown) => { for (const { waiting } of left) waiting.reject(error) })
    await this.#forget(answers)
  }

  async #forget (answers: ReadonlyArray<readonly Row[]>): Promise<void> {
    const { connections, statements, keptChanges } = this.#writer
    const forgotten = findForgotten(answers, keptChanges)
    // what is not dropped now is dropped with a later commit
    if (forgotten !== undefined) await connections.write(statements.forget(this.#collection, forgotten)).catch(() => undefined)
  }

  /** Says of changes that were not made which conflict they met; those that meet none any more are sent again. */
  async #explain (left: readonly Sent[]): Promise<void> {
    const { connections, statements } = this.#writer
    const versions = await readVersions(connections.read, statements, this.#collection, left.map(({ change }) => change))
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
