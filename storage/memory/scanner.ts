import { evaluate } from '../query/evaluate.js'
import { compareSortKeys, toSortKey } from '../query/order.js'
import type { Candidate, Range } from '../query/plan.js'
import { toStart } from '../query/plan.js'
import type { Scanner } from '../query/run.js'
import type { Column, Expression, Order, Page } from '../query/tree.js'
import type { OperationRecord } from '../store.js'
import type { SortedRecords } from './sorted.js'

function isLetThrough (residual: Expression | undefined, record: OperationRecord): boolean {
  return residual === undefined || evaluate(residual, record) === true
}

/** Reads the sorted records of one collection. */
export function makeScanner (sortedBy: (index: Column) => SortedRecords): Scanner {
  const recordsOf = ({ range, residual }: Pick<Candidate, 'range' | 'residual'>): OperationRecord[] => {
    const sorted = sortedBy(range.index)
    const { start, end } = sorted.find(range)
    const records = Array.from({ length: end - start }, (_, offset) => sorted.at(start + offset))
    return records.filter((record) => isLetThrough(residual, record))
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
      const found: OperationRecord[] = []
      let left = skip
      for (let scanned = 0; scanned < available && found.length < limit; scanned += 1) {
        if (scanned === maxScanned) return undefined
        const record = sorted.at(descending ? first - scanned : first + scanned)
        if (!isLetThrough(residual, record)) continue
        if (left > 0) left -= 1
        else found.push(record)
      }
      return found
    },
    sort (candidate: Candidate, total: readonly Order[], { limit, skip, after }: Page) {
      return recordsOf(candidate)
        .map((record) => ({ record, key: toSortKey(record, total) }))
        .filter(({ key }) => after === undefined || compareSortKeys(key, after, total) > 0)
        .sort((a, b) => compareSortKeys(a.key, b.key, total))
        .slice(skip, skip + limit)
        .map(({ record }) => record)
    },
    hasMoreThan: (range: Range, records: number) => sizeOf(range) > records,
    count: (range: Range, residual: Expression | undefined) => residual === undefined ? sizeOf(range) : recordsOf({ range, residual }).length
  }
}
