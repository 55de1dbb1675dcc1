import { findInstant } from '../../schemas/date-time.js'
import type { NewRecord, OperationRecord } from '../store.js'
import type { Column, Comparison, Expression, FunctionName, Member, Scalar } from './tree.js'

/** What {@link NewRecord} has in a column that stands for null. */
export const absent = { lastAction: '', status: -1 } as const

/** UTF-16 puts the code points above U+FFFF before U+E000 to U+FFFF: this weight puts them after. */
function toWeight (unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit
}

/** By code point, as SQL compares UTF-8. */
export function compareTexts (a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (left !== right) return toWeight(left) - toWeight(right)
  }
  return a.length - b.length
}

/** Null first; values of one kind otherwise. */
export function compareScalars (a: Scalar, b: Scalar): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1)
  return typeof a === 'string' ? compareTexts(a, b as string) : Number(a) - Number(b)
}

const comparisons: Readonly<Record<Comparison, (left: Scalar, right: Scalar) => boolean>> = {
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
  gt: (left, right) => left !== null && right !== null && compareScalars(left, right) > 0,
  ge: (left, right) => left === right || comparisons.gt(left, right),
  lt: (left, right) => comparisons.gt(right, left),
  le: (left, right) => comparisons.ge(right, left)
}

const functions: Readonly<Record<FunctionName, (text: string, other: string) => Scalar>> = {
  contains: (text, part) => text.includes(part),
  startswith: (text, part) => text.startsWith(part),
  endswith: (text, part) => text.endsWith(part),
  tolower: (text) => text.toLowerCase(),
  toupper: (text) => text.toUpperCase(),
  // of characters; those beyond the first plane are pairs
  length: (text) => text.length - (text.match(/[\ud800-\udbff]/g)?.length ?? 0)
}

const columns: Readonly<Record<Column, (record: NewRecord) => Scalar>> = {
  id: ({ id }) => id,
  created: ({ created }) => created,
  lastAction: ({ lastAction }) => lastAction === absent.lastAction ? null : lastAction,
  status: ({ status }) => status === absent.status ? null : status
}

function readMember ({ path, reading, names }: Member, record: OperationRecord): Scalar {
  let value: unknown = record.value
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return null
    value = (value as Record<string, unknown>)[name]
  }
  switch (reading) {
    case 'any': return value === null ? null : true
    case 'text': return typeof value === 'string' ? value : null
    case 'number': return typeof value === 'number' ? value : null
    case 'boolean': return typeof value === 'boolean' ? value : null
    case 'instant': return typeof value === 'string' ? findInstant(value) ?? null : null
    case 'enumeration': return typeof value === 'string' && names !== undefined && Object.hasOwn(names, value) ? names[value] as number : null
  }
}

/** `and` and `or` end at the value that decides them; null makes the rest unknown. */
function evaluateJunction (kind: 'and' | 'or', operands: readonly Expression[], record: OperationRecord): Scalar {
  const decisive = kind === 'or'
  let result: Scalar = !decisive
  for (const operand of operands) {
    const value = evaluate(operand, record)
    if (value === decisive) return decisive
    if (value === null) result = null
  }
  return result
}

/** The value of an expression for a record: what every store must agree with. */
export function evaluate (expression: Expression, record: OperationRecord): Scalar {
  switch (expression.kind) {
    case 'literal': return expression.value
    case 'column': return columns[expression.column](record)
    case 'member': return readMember(expression, record)
    case 'compare': return comparisons[expression.operator](evaluate(expression.left, record), evaluate(expression.right, record))
    case 'in': return expression.values.includes(evaluate(expression.subject, record))
    case 'and':
    case 'or': return evaluateJunction(expression.kind, expression.operands, record)
    case 'not': {
      const value = evaluate(expression.operand, record)
      return value === null ? null : value === false
    }
    case 'call': {
      const [text, other = ''] = expression.operands.map((operand) => evaluate(operand, record))
      return typeof text === 'string' && typeof other === 'string' ? functions[expression.name](text, other) : null
    }
  }
}
