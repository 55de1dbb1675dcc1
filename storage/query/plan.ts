import { absent, compareScalars } from './evaluate.js'
import { toTotalOrder } from './order.js'
import type { Column, Comparison, Expression, Order, Query, Scalar } from './tree.js'

/** The columns of each index, after tenant and owner; an index is named by its first one. */
export const indexes: Readonly<Record<Column, readonly Column[]>> = {
  created: ['created', 'id'],
  lastAction: ['lastAction', 'created', 'id'],
  status: ['status', 'created', 'id'],
  id: ['id']
}

export type Key = string | number

export interface Bound {
  readonly value: Key
  readonly inclusive: boolean
}

/** A part of an index: one value for each of its first columns, and bounds for the column after them. */
export interface Range {
  readonly index: Column
  readonly prefix: readonly Key[]
  readonly lower?: Bound
  readonly upper?: Bound
}

/** A range of a collection, and what is left to check of the records in it. */
export interface Candidate {
  readonly range: Range
  readonly residual: Expression | undefined
  /** Whether the index gives the records of the range in the order of the query. */
  readonly isOrdered: boolean
}

interface Condition {
  readonly operator: Comparison
  readonly value: Key
}

/** What one part of a filter says about a column. */
interface Clue {
  readonly part: Expression
  readonly column: Column
  readonly conditions: readonly Condition[]
  /** The conditions say all that the part says. */
  readonly isExact: boolean
}

const mirrored: Readonly<Record<Comparison, Comparison>> = { eq: 'eq', ne: 'ne', gt: 'lt', ge: 'le', lt: 'gt', le: 'ge' }

/** The parts that must all hold. */
function toParts (filter: Expression | undefined): readonly Expression[] {
  if (filter === undefined) return []
  return filter.kind === 'and' ? filter.operands.flatMap(toParts) : [filter]
}

/** What stands for null in a column that may be null. */
function findAbsent (column: Column): Key | undefined {
  return column === 'lastAction' || column === 'status' ? absent[column] : undefined
}

/** A value of a sort key as a column has it. */
export function toStored (column: Column, value: Scalar): Key {
  return (value ?? findAbsent(column)) as Key
}

/** Where an index begins after a sort key: a value for each column that the range leaves open. */
export function toStart ({ index, prefix }: Range, total: readonly Order[], after: readonly Scalar[]): Key[] {
  return indexes[index].slice(prefix.length).map((column) =>
    toStored(column, after[total.findIndex(({ by }) => by.kind === 'column' && by.column === column)] as Scalar))
}

/** Where a walk enters its index: at a bound of the range, or after a sort key. */
export interface Entry {
  readonly range: Range
  readonly start: readonly Key[] | undefined
}

/**
 * The later one of two places a walk could begin at, and not both: an index is entered at one place, and a
 * database that is given two may take the one that is further back and read everything between them.
 */
export function toEntry (range: Range, total: readonly Order[], after: readonly Scalar[]): Entry {
  const start = toStart(range, total, after)
  const descending = total.at(-1)?.descending === true
  const { lower, upper, ...whole } = range
  const [bound, other] = descending ? [upper, lower && { lower }] : [lower, upper && { upper }]
  const [first] = start
  if (bound === undefined || first === undefined) return { range, start }
  const difference = compareScalars(first, bound.value) * (descending ? -1 : 1)
  const isPast = difference > 0 || (difference === 0 && bound.inclusive)
  return isPast ? { range: { ...whole, ...other }, start } : { range, start: undefined }
}

function toConditions (column: Column, operator: Comparison, value: Scalar): readonly Condition[] | undefined {
  const none = findAbsent(column)
  if (operator === 'ne') return undefined
  if (value === null) return operator === 'eq' && none !== undefined ? [{ operator, value: none }] : undefined
  if (typeof value === 'boolean') return undefined
  // null is below every value, and no value is compared with it
  const isBelow = operator === 'lt' || operator === 'le'
  return [{ operator, value }, ...(isBelow && none !== undefined ? [{ operator: 'gt', value: none } as const] : [])]
}

function findClue (part: Expression): Clue | undefined {
  if (part.kind === 'compare') {
    const isReversed = part.left.kind === 'literal'
    const [subject, literal] = isReversed ? [part.right, part.left] : [part.left, part.right]
    if (subject.kind !== 'column' || literal.kind !== 'literal') return undefined
    const conditions = toConditions(subject.column, isReversed ? mirrored[part.operator] : part.operator, literal.value)
    return conditions && { part, column: subject.column, conditions, isExact: true }
  }
  if (part.kind === 'in' && part.subject.kind === 'column' && !part.values.includes(null)) {
    const values = [...part.values as readonly Key[]].sort(compareScalars)
    return {
      part,
      column: part.subject.column,
      conditions: [{ operator: 'ge', value: values[0] as Key }, { operator: 'le', value: values.at(-1) as Key }],
      isExact: false
    }
  }
  return undefined
}

function isTighter (a: Bound, b: Bound | undefined, sign: 1 | -1): boolean {
  const difference = b === undefined ? sign : compareScalars(a.value, b.value)
  return difference === 0 ? !a.inclusive : Math.sign(difference) === sign
}

function toBounds (conditions: readonly Condition[]): Pick<Range, 'lower' | 'upper'> {
  let lower: Bound | undefined
  let upper: Bound | undefined
  for (const { operator, value } of conditions) {
    const bound = { value, inclusive: operator !== 'gt' && operator !== 'lt' }
    if (operator !== 'lt' && operator !== 'le' && isTighter(bound, lower, 1)) lower = bound
    if (operator !== 'gt' && operator !== 'ge' && isTighter(bound, upper, -1)) upper = bound
  }
  return { ...(lower && { lower }), ...(upper && { upper }) }
}

function matchesOrder (total: readonly Order[], range: Range): boolean {
  const fixed = indexes[range.index].slice(0, range.prefix.length)
  const open = indexes[range.index].slice(range.prefix.length)
  const wanted = total.filter(({ by }) => !(by.kind === 'column' && fixed.includes(by.column)))
  // one record has any order
  if (open.length === 0) return true
  const [first] = wanted
  return wanted.length === open.length && wanted.every(({ by, descending }, position) =>
    by.kind === 'column' && by.column === open[position] && descending === first?.descending)
}

/** The narrowest range of one index that holds every record the parts let through. */
function toCandidate (index: Column, parts: readonly Expression[], total: readonly Order[]): Candidate {
  const clues = parts.map(findClue).filter((clue) => clue !== undefined)
  const used = new Set<Expression>()
  const prefix: Key[] = []
  let bounds: Pick<Range, 'lower' | 'upper'> = {}
  for (const column of indexes[index]) {
    const own = clues.filter((clue) => clue.column === column)
    const equal = own.find(({ conditions }) => conditions[0]?.operator === 'eq')
    for (const { part } of own.filter(({ isExact }) => isExact && equal === undefined)) used.add(part)
    if (equal === undefined) {
      bounds = toBounds(own.flatMap(({ conditions }) => conditions))
      break
    }
    used.add(equal.part)
    prefix.push((equal.conditions[0] as Condition).value)
  }
  const range: Range = { index, prefix, ...bounds }
  const left = parts.filter((part) => !used.has(part))
  const residual: Expression | undefined = left.length > 1 ? { kind: 'and', operands: left } : left[0]
  return { range, residual, isOrdered: matchesOrder(total, range) }
}

/** How much narrower than its whole index a range is likely to be. */
export function selectivity ({ range: { index, prefix, lower, upper } }: Candidate): number {
  const isKey = prefix.length === indexes[index].length
  return (isKey ? 16 : 4 * prefix.length) + (lower === undefined ? 0 : 1) + (upper === undefined ? 0 : 1)
}

/** Plans of queries that are there still: a query is planned once, however many pages are read of it. */
const planned = new WeakMap<Query, readonly Candidate[]>()

/** A way through each index, the most promising one first; the last ones are whole collections. */
export function toCandidates (query: Query): readonly Candidate[] {
  const known = planned.get(query)
  if (known !== undefined) return known
  const parts = toParts(query.filter)
  const total = toTotalOrder(query)
  const names = Object.keys(indexes) as Column[]
  const candidates = names.map((index) => toCandidate(index, parts, total)).sort((a, b) => selectivity(b) - selectivity(a))
  planned.set(query, candidates)
  return candidates
}
