import type { Column, Comparison, Expression, Member, Scalar } from '../query/tree.js'
import type { Dialect, Parameter, Sql } from './dialect.js'

/** Collects the parameters of one statement. */
export interface Binder {
  readonly parameters: Parameter[]
  /** The place that stands for a value. */
  readonly bind: (value: NonNullable<Scalar>) => Sql
}

export function makeBinder ({ parameter }: Dialect): Binder {
  const parameters: Parameter[] = []
  return {
    parameters,
    bind (given) {
      const { sql, value } = parameter(parameters.length + 1, given)
      parameters.push(value)
      return sql
    }
  }
}

/** The names of columns in a table. */
export const columnNames: Readonly<Record<Column, Sql>> = { id: 'id', created: 'created', lastAction: 'last_action', status: 'status' }

const columnValues: Readonly<Record<Column, Sql>> = { ...columnNames, lastAction: "nullif(last_action, '')", status: 'nullif(status, -1)' }

const signs: Readonly<Record<Exclude<Comparison, 'eq' | 'ne'>, string>> = { gt: '>', ge: '>=', lt: '<', le: '<=' }

function compileMember ({ path, reading, names = {} }: Member, dialect: Dialect, { bind }: Binder): Sql {
  if (reading !== 'enumeration') return dialect.member(path, reading)
  const cases = Object.entries(names).map(([name, value]) => `WHEN ${bind(name)} THEN ${value}`)
  return `CASE ${dialect.member(path, 'text')} ${cases.join(' ')} END`
}

/** Whether an expression is true, false or null by what it is: such expressions may hold others of their kind. */
function isCondition ({ kind }: Expression): boolean {
  return kind === 'compare' || kind === 'in' || kind === 'not' || kind === 'and' || kind === 'or'
}

function compileComparison (operator: Comparison, left: Sql, right: Sql, dialect: Dialect): Sql {
  const same = dialect.isSame(left, right)
  switch (operator) {
    case 'eq': return same
    case 'ne': return `NOT ${same}`
    case 'ge':
    case 'le': return `coalesce(${left} ${signs[operator]} ${right}, ${same})`
    default: return `coalesce(${left} ${signs[operator]} ${right}, ${dialect.never})`
  }
}

function compileIn (subject: Sql, values: readonly Scalar[], dialect: Dialect, { bind }: Binder): Sql {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return `(${subject} IS NULL)`
  return `coalesce(${subject} IN (${known.map(bind).join(', ')}), ${known.length === values.length ? dialect.never : dialect.always})`
}

/** The SQL of an expression, in parentheses where it needs them. @see ../query/tree.ts for what it must mean */
export function compileExpression (expression: Expression, dialect: Dialect, binder: Binder): Sql {
  const compile = (operand: Expression): Sql => compileExpression(operand, dialect, binder)
  switch (expression.kind) {
    case 'literal': return expression.value === null ? 'NULL' : binder.bind(expression.value)
    case 'column': return columnValues[expression.column]
    case 'member': return compileMember(expression, dialect, binder)
    case 'compare': {
      const { operator } = expression
      const [left, right] = [compile(expression.left), compile(expression.right)]
      const isNested = isCondition(expression.left) || isCondition(expression.right)
      if (isNested && operator === 'ge') return dialect.isImplied(left, right)
      if (isNested && operator === 'le') return dialect.isImplied(right, left)
      return `(${compileComparison(operator, left, right, dialect)})`
    }
    case 'in': return compileIn(compile(expression.subject), expression.values, dialect, binder)
    case 'not': return `(NOT ${compile(expression.operand)})`
    case 'and':
    case 'or': return `(${expression.operands.map(compile).join(` ${expression.kind.toUpperCase()} `)})`
    case 'call': {
      const [text = '', other = ''] = expression.operands.map(compile)
      return dialect.functions[expression.name](text, other)
    }
  }
}
