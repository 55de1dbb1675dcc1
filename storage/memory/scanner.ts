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
import { inTurns } from './turn.js'

/** More records are not sorted before others have had their turn. */
const recordsPerSort = 1_000

/** Records one after the other, as they are now. */
interface Run {
  readonly length: number
  readonly next: () => OperationRecord
}

/** A part of the records of an index. */
function toRun (sorted: SortedRecords, start: number, length: number, descending = false): Run {
  return { length: Math.max(0, length), next: sorted.readFrom(start, descending) }
}

function toRecords ({ length, next }: Run): OperationRecord[] {
  return Array.from({ length }, next)
}

/**
 * Those of the records that a filter lets through, until there are enough; at once, or in turns with whatever else
 * there is to do. What is there when it begins is what is looked at, however many turns that takes.
 */
function filterInTurns ({ length, next }: Run, residual: Expression, enough = Number.POSITIVE_INFINITY): Awaitable<OperationRecord[]> {
  const found: OperationRecord[] = []
  let left = length
  let read = next
  const filtered = inTurns(() => {
    if (left === 0 || found.length >= enough) return false
    left -= 1
    const record = read()
    if (evaluate(residual, record) === true) found.push(record)
    return true
  }, () => {
    const rest = toRecords({ length: left, next: read }).values()
    read = () => rest.next().value as OperationRecord
  })
  return andThen(filtered, () => found)
}

/** Reads the sorted records of one collection. */
export function makeScanner (sortedBy: (index: Column) => Awaitable<SortedRecords>): Scanner {
  const recordsOf = ({ range, residual }: Pick<Candidate, 'range' | 'residual'>): Awaitable<OperationRecord[]> => andThen(sortedBy(range.index), (sorted) => {
    const { start, end } = sorted.find(range)
    const run = toRun(sorted, start, end - start)
    return residual === undefined ? toRecords(run) : filterInTurns(run, residual)
  })
  const sizeOf = (range: Range): Awaitable<number> => andThen(sortedBy(range.index), (sorted) => {
    const { start, end } = sorted.find(range)
    return end - start
  })
  return {
    walk: ({ range, residual }: Candidate, total: readonly Order[], { limit, skip, after }: Page, maxScanned: number | undefined) => andThen(sortedBy(range.index), (sorted) => {
      const { start, end } = sorted.find(range)
      const descending = total.at(-1)?.descending === true
      const place = after === undefined ? undefined : sorted.findAfter([...range.prefix, ...toStart(range, total, after)], descending)
      const first = descending ? Math.min(place ?? end, end) - 1 : Math.max(place ?? start, start)
      const available = descending ? first - start + 1 : end - first
      if (residual === undefined || maxScanned === undefined) return toRecords(toRun(sorted, descending ? first - skip : first + skip, Math.min(limit, available - skip), descending))
      const found = filterInTurns(toRun(sorted, first, Math.min(maxScanned, available), descending), residual, skip + limit)
      return andThen(found, (records) => records.length < skip + limit && available > maxScanned ? undefined : records.slice(skip))
    }),
    sort (candidate: Candidate, total: readonly Order[], { limit, skip, after }: Page) {
      // pages are read in parts, and each part sorts
      const records = andThen(sizeOf(candidate.range), (size) => size > recordsPerSort ? nextTurn().then(() => recordsOf(candidate)) : recordsOf(candidate))
      return andThen(records, (all) => all
        .map((record) => ({ record, key: toSortKey(record, total) }))
        .filter(({ key }) => after === undefined || compareSortKeys(key, after, total) > 0)
        .sort((a, b) => compareSortKeys(a.key, b.key, total))
        .slice(skip, skip + limit)
        .map(({ record }) => record))
    },
    hasMoreThan: (range: Range, records: number) => andThen(sizeOf(range), (size) => size > records),
    count: (range: Range, residual: Expression | undefined) => residual === undefined ? sizeOf(range) : andThen(recordsOf({ range, residual }), ({ length }) => length)
  }
}
