import { andThen } from '../awaitable.js'
import { ScanLimitError } from '../store.js'
import type { Awaitable, OperationRecord } from '../store.js'
import { toTotalOrder } from './order.js'
import type { Candidate, Range } from './plan.js'
import { toCandidates } from './plan.js'
import type { Expression, Order, Page, Query } from './tree.js'

/** Records that one list or count may look at beyond what an index finds. */
export const scanLimit = 10_000

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

/** Goes on with the first range that is small enough. @throws ScanLimitError when there is none */
function withSmall<T> (scanner: Scanner, [first, ...rest]: readonly Candidate[], use: (candidate: Candidate) => Awaitable<T>): Awaitable<T> {
  if (first === undefined) throw new ScanLimitError(scanLimit)
  return andThen(scanner.hasMoreThan(first.range, scanLimit), (isTooLarge) => isTooLarge ? withSmall(scanner, rest, use) : use(first))
}

/**
 * One page of a query. An index that gives the order is followed; what it finds and the filter refuses counts
 * against {@link scanLimit}. Otherwise a range that is small enough is sorted.
 * @throws ScanLimitError
 */
export function runList (scanner: Scanner, query: Query, page: Page): Awaitable<readonly OperationRecord[]> {
  const candidates = toCandidates(query)
  const total = toTotalOrder(query)
  const ordered = candidates.find(({ isOrdered, residual }) => isOrdered && residual === undefined) ?? candidates.find(({ isOrdered }) => isOrdered)
  const sortSmall = (): Awaitable<readonly OperationRecord[]> => withSmall(scanner, candidates, (candidate) => scanner.sort(candidate, total, page))
  if (ordered === undefined) return sortSmall()
  const maxScanned = ordered.residual === undefined ? undefined : scanLimit
  return andThen(scanner.walk(ordered, total, page, maxScanned), (found) => found ?? sortSmall())
}

/**
 * How many records a filter lets through.
 * @throws ScanLimitError
 */
export function runCount (scanner: Scanner, filter: Expression | undefined): Awaitable<number> {
  const candidates = toCandidates({ filter, orderBy: [] })
  const served = candidates.find(({ residual }) => residual === undefined)
  if (served !== undefined) return scanner.count(served.range, undefined)
  return withSmall(scanner, candidates, ({ range, residual }) => scanner.count(range, residual))
}
