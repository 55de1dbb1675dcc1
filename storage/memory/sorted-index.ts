import { isPromise } from '../awaitable.js'
import type { Column } from '../query/tree.js'
import type { Awaitable, OperationRecord } from '../store.js'
import { SortedRecords } from './sorted.js'
import { inTurns } from './turn.js'

/** Operations whose changes wait until the index is read: more than a turn of the loop can take in at once do not. */
const outdatedLimit = 1_024

/** The records of a collection in an order, which takes in what changed when it is read. */
export class SortedIndex {
  readonly #records: ReadonlyMap<string, OperationRecord>
  readonly #sorted: SortedRecords
  /** By id, what is sorted of operations that have changed since; `undefined` for those that were not there. */
  readonly #outdated = new Map<string, OperationRecord | undefined>()
  #building: Promise<SortedRecords> | undefined

  /** `records` are those of the collection, whatever becomes of them; many of them are sorted in turns. */
  constructor (index: Column, records: ReadonlyMap<string, OperationRecord>) {
    this.#records = records
    this.#sorted = new SortedRecords(index)
    // it goes on with what is there then, whatever comes and goes between turns
    const entries = records.entries()
    const built = inTurns(() => {
      const next = entries.next()
      if (next.done === true) return false
      const [id, record] = next.value
      if (!this.#outdated.has(id)) this.#sorted.add(record)
      return true
    })
    if (isPromise(built)) {
      this.#building = built.then(() => {
        this.#building = undefined
        return this.#settle()
      })
    }
  }

  #settle (): SortedRecords {
    for (const [id, before] of this.#outdated) {
      const after = this.#records.get(id)
      if (before === undefined) {
        if (after !== undefined) this.#sorted.add(after)
      } else if (after === undefined) {
        this.#sorted.remove(before)
      } else {
        this.#sorted.replace(before, after)
      }
    }
    this.#outdated.clear()
    return this.#sorted
  }

  /** Tells that an operation is no longer what it was; `undefined` when it was not there. */
  touch (id: string, before: OperationRecord | undefined): void {
    if (this.#outdated.has(id)) return
    const isSorted = before !== undefined && (this.#building === undefined || this.#sorted.has(before))
    this.#outdated.set(id, isSorted ? before : undefined)
    if (this.#outdated.size >= outdatedLimit) this.#settle()
  }

  /** The records as they are now. */
  read (): Awaitable<SortedRecords> {
    return this.#building ?? this.#settle()
  }
}
