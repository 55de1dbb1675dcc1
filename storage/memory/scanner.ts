import { setImmediate as nextTurn } from 'node:timers/promises'
import { andThen } from '../awaitable.js'
import { evaluate } from '../query/evaluate.js'
import { compareSortKeys, toSortKey } from '../query/order.js'
import type { Candidate, Range } from '../query/plan.js'
import { toStart } from '../query/plan.js'
import type { Scanner } from '../query/run.js'
import type { Column, Expression, Order, Page } from '../query/tree.js'
import type { Awaitable, OperationRecord } from '../store.js'
import type { SortedRecords } from './sorted.js'

/** How long a scan holds the event loop before others have their turn. Milliseconds. */
const turnMillis = 10

/** More records are not sorted before others have had their turn. */
const recordsPerSort = 1_000

/** Records between two looks at the clock. */
const recordsPerLook = 32

/** Records one after the other, as they are now. */
interface Run {
  readonly length: number
  readonly at: (offset: number) => OperationRecord
}

/**
 * Those of the records that a filter lets through, until there are enough; at once, or in turns with whatever else
 * there is to do. What is there when it begins is what is looked at, however many turns that takes.
 */
function filterInTurns ({ length, at }: Run, residual: Expression, enough = Number.POSITIVE_INFINITY, found: OperationRecord[] = []): Awaitable<OperationRecord[]> {
  const end = performance.now() + turnMillis
  for (let offset = 0; offset < length && found.length < enough; offset += 1) {
    const record = at(offset)
    if (evaluate(residual, record) === true) found.push(record)
    if (offset % recordsPerLook === recordsPerLook - 1 && performance.now() >= end) {
      const rest = Array.from({ length: length - offset - 1 }, (_, index) => at(offset + 1 + index))
      return nextTurn().then(() => filterInTurns({ length: rest.length, at: (index) => rest[index] as OperationRecord }, residual, enough, found))
    }
  }
  return found
}

/** Reads the sorted records of one collection. */
export function makeScanner (sortedBy: (index: Column) => SortedRecords): Scanner {
  const recordsOf = ({ range, residual }: Pick<Candidate, 'range' | 'residual'>): Awaitable<OperationRecord[]> => {
    const sorted = sortedBy(range.index)
    const { start, end } = sorted.find(range)
    const run: Run = { length: end - start, at: (offset) => sorted.at(start + offset) }
    return residual === undefined ? Array.from({ length: run.length }, (_, offset) => run.at(offset)) : filterInTurns(run, residual)
  }
  const sizeOf = (range: Range): number => {
    const { start, end } = sortedBy(range.index).find(range)
    return end - start
  }
  return {
    walk ({ range, residual }: Candidate, total: readonly Order[], { limit, skip, after }: Page, maxScanned: number | undefined) {
      const sorted = sortedBy(range.index)
      const { start, end } = sorted.find(range)
      const descending = total.at(-1)?.descending === true
      const place = after === undefined ? undefined : sorted.findAfter([...range.prefix, ...toStart(range, total, after)], descending)
      const first = descending ? Math.min(place ?? end, end) - 1 : Math.max(place ?? start, start)
      const available = descending ? first - start + 1 : end - first
      const at = (offset: number): OperationRecord => sorted.at(descending ? first - offset : first + offset)
      if (residual === undefined || maxScanned === undefined) return Array.from({ length: Math.max(0, Math.min(limit, available - skip)) }, (_, offset) => at(skip + offset))
      return andThen(filterInTurns({ length: Math.min(maxScanned, available), at }, residual, skip + limit), (found) => found.length < skip + limit && available > maxScanned ? undefined : found.slice(skip))
    },
    sort (candidate: Candidate, total: readonly Order[], { limit, skip, after }: Page) {
      // pages are read in parts, and each part sorts
      const records = sizeOf(candidate.range) > recordsPerSort ? nextTurn().then(() => recordsOf(candidate)) : recordsOf(candidate)
      return andThen(records, (all) => all
        .map((record) => ({ record, key: toSortKey(record, total) }))
        .filter(({ key }) => after === undefined || compareSortKeys(key, after, total) > 0)
        .sort((a, b) => compareSortKeys(a.key, b.key, total))
        .slice(skip, skip + limit)
        .map(({ record }) => record))
    },
    hasMoreThan: (range: Range, records: number) => sizeOf(range) > records,
    count: (range: Range, residual: Expression | undefined) => residual === undefined ? sizeOf(range) : andThen(recordsOf({ range, residual }), ({ length }) => length)
  }
}
