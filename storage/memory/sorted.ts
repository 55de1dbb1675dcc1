import { compareScalars } from '../query/evaluate.js'
import { indexes } from '../query/plan.js'
import type { Key, Range } from '../query/plan.js'
import type { Column } from '../query/tree.js'
import type { OperationRecord } from '../store.js'

/** Instants have no characters whose order has to be looked at. */
function compareColumn (column: Column, value: Key, key: Key): number {
  return column === 'id' || column === 'status' ? compareScalars(value, key) : value < key ? -1 : value > key ? 1 : 0
}

/** Compares the first columns of a record with as many keys. */
function compare (record: OperationRecord, columns: readonly Column[], keys: readonly Key[]): number {
  for (let position = 0; position < keys.length; position += 1) {
    const column = columns[position] as Column
    const difference = compareColumn(column, record[column], keys[position] as Key)
    if (difference !== 0) return difference
  }
  return 0
}

/** Records that a chunk has at most: a change moves no more of them. */
const chunkLimit = 1_024

/** Where a record is, or would be. */
interface Place {
  /** The number of the chunk. */
  readonly chunk: number
  readonly offset: number
}

/** The first of `length` numbers for which `isBefore` does not hold: it holds for a run from the start. */
function partition (length: number, isBefore: (index: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low
}

/** Records in the order of one index, in chunks, none of which is empty. */
export class SortedRecords {
  readonly #columns: readonly Column[]
  readonly #chunks: OperationRecord[][] = []

  constructor (index: Column) {
    this.#columns = indexes[index]
  }

  /** Behind the records for which `isBefore` holds: they are a run from the start. */
  #locate (isBefore: (record: OperationRecord) => boolean): Place {
    const chunk = partition(this.#chunks.length, (number) => isBefore(this.#chunks[number]?.at(-1) as OperationRecord))
    const records = this.#chunks[chunk]
    return { chunk, offset: records === undefined ? 0 : partition(records.length, (offset) => isBefore(records[offset] as OperationRecord)) }
  }

  #locateRecord (record: OperationRecord): Place {
    const keys = this.#columns.map((column) => record[column])
    return this.#locate((other) => compare(other, this.#columns, keys) < 0)
  }

  /** How many records come before a place. */
  #positionOf ({ chunk, offset }: Place): number {
    let position = offset
    for (let number = 0; number < chunk; number += 1) position += (this.#chunks[number] as OperationRecord[]).length
    return position
  }

  #placeOf (position: number): Place {
    let [chunk, offset] = [0, position]
    for (let records = this.#chunks[0]; records !== undefined && offset >= records.length; records = this.#chunks[chunk]) {
      offset -= records.length
      chunk += 1
    }
    return { chunk, offset }
  }

  has (record: OperationRecord): boolean {
    const { chunk, offset } = this.#locateRecord(record)
    return this.#chunks[chunk]?.[offset] === record
  }

  /** Does nothing when the record is there. */
  add (record: OperationRecord): void {
    const { chunk, offset } = this.#locateRecord(record)
    const records = this.#chunks[chunk]
    const last = this.#chunks.at(-1)
    if (records?.[offset] === record) return
    if (records !== undefined) {
      records.splice(offset, 0, record)
      if (records.length > chunkLimit) this.#chunks.splice(chunk + 1, 0, records.splice(chunkLimit / 2))
    } else if (last !== undefined && last.length < chunkLimit) {
      last.push(record)
    } else {
      // what comes in order leaves full chunks behind
      this.#chunks.push([record])
    }
  }

  /** `record` is there. */
  remove (record: OperationRecord): void {
    const { chunk, offset } = this.#locateRecord(record)
    const records = this.#chunks[chunk] as OperationRecord[]
    records.splice(offset, 1)
    const next = this.#chunks[chunk + 1]
    if (records.length === 0) {
      this.#chunks.splice(chunk, 1)
    } else if (next !== undefined && records.length + next.length <= chunkLimit / 4) {
      records.push(...next)
      this.#chunks.splice(chunk + 1, 1)
    }
  }

  /** Puts one state of an operation in the place of another, which is there. */
  replace (before: OperationRecord, after: OperationRecord): void {
    if (this.#columns.every((column) => before[column] === after[column])) {
      const { chunk, offset } = this.#locateRecord(before)
      const records = this.#chunks[chunk] as OperationRecord[]
      records[offset] = after
    } else {
      this.remove(before)
      this.add(after)
    }
  }

  /** The positions from `start` to before `end` that a range holds. */
  find ({ prefix, lower, upper }: Range): { start: number, end: number } {
    const low = lower === undefined ? prefix : [...prefix, lower.value]
    const high = upper === undefined ? prefix : [...prefix, upper.value]
    const [first, last] = [lower?.inclusive ?? true ? 0 : 1, upper?.inclusive ?? true ? 1 : 0]
    const start = this.#positionOf(this.#locate((record) => compare(record, this.#columns, low) < first))
    const end = this.#positionOf(this.#locate((record) => compare(record, this.#columns, high) < last))
    return { start, end: Math.max(start, end) }
  }

  /** The position of the first record after these keys; with `descending` the position after the last one before them. */
  findAfter (keys: readonly Key[], descending: boolean): number {
    const least = descending ? 0 : 1
    return this.#positionOf(this.#locate((record) => compare(record, this.#columns, keys) < least))
  }

  /** Reads one record after the other from a position on, forwards or backwards, as long as nothing is changed and there are any. */
  readFrom (position: number, descending: boolean): () => OperationRecord {
    let { chunk, offset } = this.#placeOf(position)
    let records = this.#chunks[chunk] ?? []
    return () => {
      if (offset === records.length) {
        records = this.#chunks[chunk += 1] as OperationRecord[]
        offset = 0
      } else if (offset < 0) {
        records = this.#chunks[chunk -= 1] as OperationRecord[]
        offset = records.length - 1
      }
      const record = records[offset] as OperationRecord
      offset += descending ? -1 : 1
      return record
    }
  }
}
