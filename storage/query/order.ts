import type { OperationRecord } from '../store.js'
import { compareScalars, evaluate } from './evaluate.js'
import { orderedCharacters } from './tree.js'
import type { ColumnReference, Member, Order, Query, Scalar } from './tree.js'

export function nameOfOrder (by: ColumnReference | Member): string {
  return by.kind === 'column' ? by.column : by.path.join('/')
}

/** The whole order of a query: no two records are equal in it. */
export function toTotalOrder ({ orderBy }: Query): readonly Order[] {
  const descending = orderBy.at(-1)?.descending ?? false
  const ties: readonly Order[] = [{ by: { kind: 'column', column: 'created' }, descending }, { by: { kind: 'column', column: 'id' }, descending }]
  const total: Order[] = []
  for (const order of [...orderBy, ...ties]) {
    const name = nameOfOrder(order.by)
    if (total.some(({ by }) => by.kind === order.by.kind && nameOfOrder(by) === name)) continue
    total.push(order)
    if (order.by.kind === 'column' && order.by.column === 'id') break
  }
  return total
}

/** A text as it counts in an order. */
function toOrdered (value: Scalar): Scalar {
  if (typeof value !== 'string' || value.length <= orderedCharacters) return value
  return Array.from(value.slice(0, 2 * orderedCharacters)).slice(0, orderedCharacters).join('')
}

/** The place of a record in a total order, for {@link Page.after}. */
export function toSortKey (record: OperationRecord, total: readonly Order[]): Scalar[] {
  return total.map(({ by }) => toOrdered(evaluate(by, record)))
}

/** Negative when `a` comes first in a total order. */
export function compareSortKeys (a: readonly Scalar[], b: readonly Scalar[], total: readonly Order[]): number {
  for (const [index, { descending }] of total.entries()) {
    const difference = compareScalars(a[index] as Scalar, b[index] as Scalar)
    if (difference !== 0) return descending ? -difference : difference
  }
  return 0
}
