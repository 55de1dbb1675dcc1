import type { Column, Comparison, Expression, FunctionName, Member, Order, Reading, Scalar } from '../query/tree.js'

/* Short names for the parts of a query. */

const toOperand = (operand: Scalar | Expression): Expression => typeof operand === 'object' && operand !== null ? operand : literal(operand)

export const literal = (value: Scalar): Expression => ({ kind: 'literal', value })
export const column = (name: Column): Expression & Order['by'] => ({ kind: 'column', column: name })
export const member = (path: string, reading: Reading, names?: Member['names']): Member => ({ kind: 'member', path: path.split('/'), reading, ...(names && { names }) })
export const compare = (left: Scalar | Expression, operator: Comparison, right: Scalar | Expression): Expression => ({ kind: 'compare', operator, left: toOperand(left), right: toOperand(right) })
export const call = (name: FunctionName, ...operands: Array<Scalar | Expression>): Expression => ({ kind: 'call', name, operands: operands.map(toOperand) })
export const not = (operand: Expression): Expression => ({ kind: 'not', operand })
export const and = (...operands: Expression[]): Expression => ({ kind: 'and', operands })
export const or = (...operands: Expression[]): Expression => ({ kind: 'or', operands })
export const among = (subject: Expression, ...values: Scalar[]): Expression => ({ kind: 'in', subject, values })

export const comparisons: readonly Comparison[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le']
export const columns: readonly Column[] = ['id', 'created', 'lastAction', 'status']

// members of the records that cases query
export const label = member('label', 'text')
export const size = member('size', 'number')
export const flag = member('flag', 'boolean')
export const due = member('due', 'instant')
export const level = member('level', 'enumeration', { low: -3, middle: 2, high: 7 })
