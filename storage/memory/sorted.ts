import { compareScalars } from '../query/evaluate.js'
import { indexes } from '../query/plan.js'
import type { Key, Range } from '../query/plan.js'
import type { Column } from '../query/tree.js'
import type { OperationRecord } from '../store.js'

/** Compares the first columns of a record with as many keys. */
function compare (record: OperationRecord, columns: readonly Column[], keys: readonly Key[]): number {
  for (const [position, key] of keys.entries()) {
    const difference = compareScalars(record[columns[position] as Column], key)
    if (difference !== 0) return difference
  }
  return 0
}

/** Records in the order of one index, kept so by every change. */
export class SortedRecords {
  readonly #columns: readonly Column[]
  readonly #records: OperationRecord[]

  constructor (index: Column, records: Iterable<OperationRecord>) {
    this.#columns = indexes[index]
    this.#records = [...records].sort((a, b) => compare(a, this.#columns, this.#keysOf(b)))
  }

  #keysOf (record: OperationRecord): Key[] {
    return this.#columns.map((column) => record[column])
  }

  /** How many records come before a place: those for which `isBefore` holds are a run from the start. */
  #partition (isBefore: (record: OperationRecord) => boolean): number {
    let low = 0
    let high = this.#records.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(this.#records[middle] as OperationRecord)) low = middle + 1
      else high = middle
    }
    return low
  }

  add (record: OperationRecord): void {
    const keys = this.#keysOf(record)
    this.#records.splice(this.#partition((other) => compare(other, this.#columns, keys) < 0), 0, record)
  }

  remove (record: OperationRecord): void {
    const keys = this.#keysOf(record)
    this.#records.splice(this.#partition((other) => compare(other, this.#columns, keys) < 0), 1)
  }

  at (position: number): OperationRecord {
    return this.#records[position] as OperationRecord
  }

  /** The positions from `start` to before `end` that a range holds. */
  find ({ prefix, lower, upper }: Range): { start: number, end: number } {
    const low = lower === undefined ? prefix : [...prefix, lower.value]
    const high = upper === undefined ? prefix : [...prefix, upper.value]
    const isLowIn = lower?.inclusive ?? true
    const isHighIn = upper?.inclusive ?? true
    const start = this.#partition((record) => { const place = compare(record, this.#columns, low); return isLowIn ? place < 0 : place <= 0 })
    const end = this.#partition((record) => { const place = compare(record, this.#columns, high); return isHighIn ? place <= 0 : place < 0 })
    return { start, end: Math.max(start, end) }
  }

  /** The position of the first record after these keys; with `descending` the position after the last one before them. */
  findAfter (keys: readonly Key[], descending: boolean): number {
    return this.#partition((record) => { const place = compare(record, this.#columns, keys); return descending ? place < 0 : place <= 0 })
  }
}
