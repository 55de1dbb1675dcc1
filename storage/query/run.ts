import { andThen } from '../awaitable.js'
import { ScanLimitError } from '../store.js'
import type { Awaitable, OperationRecord } from '../store.js'
import { toTotalOrder } from './order.js'
import type { Candidate, Range } from './plan.js'
import { selectivity, toCandidates } from './plan.js'
import type { Expression, Order, Page, Query } from './tree.js'

/** Records that one list or count may look at beyond what an index finds. */
export const scanLimit = 10_000

/** Terms of a filter that are checked of so many records; longer filters are checked of fewer. */
const freeTerms = 12

/** A range that is quicker to sort than to find in the order of another index. */
const smallRange = 1_000

function countTerms (expression: Expression): number {
  switch (expression.kind) {
    case 'compare': return 1 + countTerms(expression.left) + countTerms(expression.right)
    case 'in': return 1 + countTerms(expression.subject)
    case 'not': return 1 + countTerms(expression.operand)
    case 'and':
    case 'or':
    case 'call': return expression.operands.reduce((sum, operand) => sum + countTerms(operand), 1)
    default: return 1
  }
}

/** So that no filter takes longer than others by its length, the records it may look at are fewer. */
function toScanLimit (filter: Expression | undefined): number {
  const terms = filter === undefined ? 0 : countTerms(filter)
  return Math.floor(scanLimit * Math.min(1, freeTerms / Math.max(1, terms)))
}

/** What a store can do with one collection; ranges are of its indexes. */
export interface Scanner {
  /**
   * The records of a range in the order of its index that `residual` lets through; `undefined` when `maxScanned`
   * records did not fill the page and there are more.
   */
  readonly walk: (candidate: Candidate, total: readonly Order[], page: Page, maxScanned: number | undefined) => Awaitable<readonly OperationRecord[] | undefined>
  /** Every record of a range that `residual` lets through, sorted, then cut to the page. */
  readonly sort: (candidate: Candidate, total: readonly Order[], page: Page) => Awaitable<readonly OperationRecord[]>
  readonly hasMoreThan: (range: Range, records: number) => Awaitable<boolean>
  readonly count: (range: Range, residual: Expression | undefined) => Awaitable<number>
}

/** Goes on with the first range that has at most so many records, or with none. */
function withSmall<T> (scanner: Scanner, [first, ...rest]: readonly Candidate[], records: number, use: (candidate: Candidate) => Awaitable<T>, useNone: () => Awaitable<T>): Awaitable<T> {
  if (first === undefined) return useNone()
  return andThen(scanner.hasMoreThan(first.range, records), (isTooLarge) => isTooLarge ? withSmall(scanner, rest, records, use, useNone) : use(first))
}

/**
 * One page of a query. An index that gives the order is followed; what it finds and the filter refuses counts
 * against the limit. A range that is small enough is sorted instead, by choice or because nothing else is left.
 * @throws ScanLimitError
 */
export function runList (scanner: Scanner, query: Query, page: Page): Awaitable<readonly OperationRecord[]> {
  const candidates = toCandidates(query)
  const total = toTotalOrder(query)
  const limit = toScanLimit(query.filter)
  const sort = (candidate: Candidate): Awaitable<readonly OperationRecord[]> => scanner.sort(candidate, total, page)
  const sortSmall = (): Awaitable<readonly OperationRecord[]> => withSmall(scanner, candidates, limit, sort, () => { throw new ScanLimitError(limit) })
  const served = candidates.find(({ isOrdered, residual }) => isOrdered && residual === undefined)
  if (served !== undefined) return andThen(scanner.walk(served, total, page, undefined), (found) => found as readonly OperationRecord[])
  const ordered = candidates.find(({ isOrdered }) => isOrdered)
  if (ordered === undefined) return sortSmall()
  const narrower = candidates.filter((candidate) => selectivity(candidate) > selectivity(ordered))
  const walk = (): Awaitable<readonly OperationRecord[]> => andThen(scanner.walk(ordered, total, page, limit), (found) => found ?? sortSmall())
  return withSmall(scanner, narrower, Math.min(smallRange, limit), sort, walk)
}

/**
 * How many records a filter lets through.
 * @throws ScanLimitError
 */
export function runCount (scanner: Scanner, filter: Expression | undefined): Awaitable<number> {
  const candidates = toCandidates({ filter, orderBy: [] })
  const served = candidates.find(({ residual }) => residual === undefined)
  if (served !== undefined) return scanner.count(served.range, undefined)
  const limit = toScanLimit(filter)
  return withSmall(scanner, candidates, limit, ({ range, residual }) => scanner.count(range, residual), () => { throw new ScanLimitError(limit) })
}
