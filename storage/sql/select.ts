import type { Candidate, Entry, Range } from '../query/plan.js'
import { indexes, toEntry, toStored } from '../query/plan.js'
import { orderedCharacters } from '../query/tree.js'
import type { Expression, Order, Page, Scalar } from '../query/tree.js'
import type { Collection } from '../store.js'
import { recordColumns } from './dialect.js'
import type { Dialect, Parameter, Sql } from './dialect.js'
import type { Binder } from './expression.js'
import { columnNames, compileExpression, makeBinder } from './expression.js'

/** One statement, ready to run. */
export interface Statement {
  readonly sql: Sql
  readonly parameters: readonly Parameter[]
}

/** The statements of one collection; each is bounded by what {@link Candidate} and its arguments say. */
export interface Selects {
  /** With `maxScanned` the index is read so far and no further. */
  readonly walk: (candidate: Candidate, total: readonly Order[], page: Page, maxScanned: number | undefined) => Statement
  /** One row with `ids`: what `toList` makes of the ids of such a walk, given how they are ordered. */
  readonly walkIds: (candidate: Candidate, total: readonly Order[], page: Page, toList: (order: Sql) => Sql) => Statement
  /** A row if the index has more than `maxScanned` records from where such a walk begins. */
  readonly probeWalk: (candidate: Candidate, total: readonly Order[], page: Page, maxScanned: number) => Statement
  readonly sort: (candidate: Candidate, total: readonly Order[], page: Page) => Statement
  /** A row if the range has more than so many records. */
  readonly probe: (range: Range, records: number) => Statement
  /** One row with `count`. */
  readonly count: (range: Range, residual: Expression | undefined) => Statement
}

function compileRange ({ tenant, owner }: Collection, { index, prefix, lower, upper }: Range, { inCollection, inIndexes }: Dialect, { bind }: Binder): Sql {
  const columns = indexes[index].map((column) => columnNames[column])
  const next = columns[prefix.length] as Sql
  return [
    inCollection(bind(tenant), bind(owner)),
    ...(index === 'id' || inIndexes === '' ? [] : [inIndexes]),
    ...prefix.map((key, position) => `${columns[position] as Sql} = ${bind(key)}`),
    ...(lower === undefined ? [] : [`${next} ${lower.inclusive ? '>=' : '>'} ${bind(lower.value)}`]),
    ...(upper === undefined ? [] : [`${next} ${upper.inclusive ? '<=' : '<'} ${bind(upper.value)}`])
  ].join(' AND ')
}

/** The columns that a range leaves open. */
function openColumns ({ index, prefix }: Range): readonly Sql[] {
  return indexes[index].slice(prefix.length).map((column) => columnNames[column])
}

/** The order of an index in one direction; none for a range that leaves no column open: it has one record. */
function compileOrder (range: Range, total: readonly Order[]): Sql {
  const direction = total.at(-1)?.descending === true ? 'DESC' : 'ASC'
  const terms = openColumns(range).map((column) => `${column} ${direction}`)
  return terms.length === 0 ? '' : ` ORDER BY ${terms.join(', ')}`
}

/** From where to where a walk reads its index, and in which order. */
function compileWalk (collection: Collection, { range }: Candidate, total: readonly Order[], { after }: Page, dialect: Dialect, binder: Binder): Sql {
  const open = openColumns(range)
  const descending = total.at(-1)?.descending === true
  const entry: Entry = after === undefined ? { range, start: undefined } : toEntry(range, total, after)
  const within = compileRange(collection, entry.range, dialect, binder)
  // after the only record there is nothing
  const start = entry.start === undefined
    ? ''
    : open.length === 0 ? ` AND ${dialect.never}` : ` AND (${open.join(', ')}) ${descending ? '<' : '>'} (${entry.start.map(binder.bind).join(', ')})`
  return `FROM ${dialect.table} WHERE ${within}${start}${compileOrder(range, total)}`
}

/** What is sorted by: columns as they are stored, members as they count in an order. */
function compileTerm ({ by }: Order, dialect: Dialect, binder: Binder): Sql {
  if (by.kind === 'column') return columnNames[by.column]
  const value = compileExpression(by, dialect, binder)
  return by.reading === 'text' ? dialect.firstCharacters(value, orderedCharacters) : value
}

/** Records after a sort key; null is lowest. */
function compileAfter (terms: ReadonlyArray<{ term: Sql, value: Scalar, descending: boolean }>, dialect: Dialect, binder: Binder): Sql {
  const [first, ...rest] = terms
  if (first === undefined) return dialect.never
  const { term, value, descending } = first
  const further = compileAfter(rest, dialect, binder)
  if (value === null) return descending ? `(${term} IS NULL AND ${further})` : `(${term} IS NOT NULL OR ${further})`
  const place = binder.bind(value)
  const beyond = descending ? `(${term} < ${place} OR ${term} IS NULL)` : `${term} > ${place}`
  return `(${beyond} OR (${term} = ${place} AND ${further}))`
}

/** Makes the statements that read one collection. */
export function makeSelects (dialect: Dialect, collection: Collection): Selects {
  const { table, record } = dialect
  const sizeOf = (records: number, { bind }: Binder): Sql => `CAST(${bind(records)} AS bigint)`
  const pageOf = ({ limit, skip }: Page, binder: Binder): Sql => `LIMIT ${sizeOf(limit, binder)} OFFSET ${sizeOf(skip, binder)}`
  const where = (expression: Expression | undefined, binder: Binder): Sql => expression === undefined ? '' : compileExpression(expression, dialect, binder)
  return {
    walk (candidate, total, page, maxScanned) {
      const binder = makeBinder(dialect)
      const walk = compileWalk(collection, candidate, total, page, dialect, binder)
      const sql = maxScanned === undefined
        ? `SELECT ${record} ${walk} ${pageOf(page, binder)}`
        : `SELECT ${record} FROM (SELECT ${recordColumns} ${walk} LIMIT ${sizeOf(maxScanned, binder)}) AS walked WHERE ${where(candidate.residual, binder)} ${pageOf(page, binder)}`
      return { sql, parameters: binder.parameters }
    },
    walkIds (candidate, total, page, toList) {
      const binder = makeBinder(dialect)
      const walk = compileWalk(collection, candidate, total, page, dialect, binder)
      const columns = [...new Set(['id', ...openColumns(candidate.range)])].join(', ')
      const ids = toList(compileOrder(candidate.range, total))
      return { sql: `SELECT ${ids} AS ids FROM (SELECT ${columns} ${walk} ${pageOf(page, binder)}) AS walked`, parameters: binder.parameters }
    },
    probeWalk (candidate, total, page, maxScanned) {
      const binder = makeBinder(dialect)
      const walk = compileWalk(collection, candidate, total, page, dialect, binder)
      return { sql: `SELECT 1 ${walk} LIMIT 1 OFFSET ${sizeOf(maxScanned, binder)}`, parameters: binder.parameters }
    },
    sort ({ range, residual }, total, page) {
      const binder = makeBinder(dialect)
      const keys = total.map((order, position) => `${compileTerm(order, dialect, binder)} AS key${position}`).join(', ')
      const inner = `SELECT ${recordColumns}, ${keys} FROM ${table} WHERE ${compileRange(collection, range, dialect, binder)}`
      const after = page.after?.map((value, position) => {
        const { by, descending } = total[position] as Order
        return { term: `key${position}`, value: by.kind === 'column' ? toStored(by.column, value) : value, descending }
      })
      const conditions = [where(residual, binder), after === undefined ? '' : compileAfter(after, dialect, binder)].filter((sql) => sql !== '')
      const order = total.map(({ descending }, position) => dialect.orderTerm(`key${position}`, descending)).join(', ')
      const sql = `SELECT ${record} FROM (${inner}) AS sorted${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`} ORDER BY ${order} ${pageOf(page, binder)}`
      return { sql, parameters: binder.parameters }
    },
    probe (range, records) {
      const binder = makeBinder(dialect)
      return { sql: `SELECT 1 FROM ${table} WHERE ${compileRange(collection, range, dialect, binder)} LIMIT 1 OFFSET ${sizeOf(records, binder)}`, parameters: binder.parameters }
    },
    count (range, residual) {
      const binder = makeBinder(dialect)
      const conditions = [compileRange(collection, range, dialect, binder), where(residual, binder)].filter((sql) => sql !== '')
      return { sql: `SELECT count(*) AS count FROM ${table} WHERE ${conditions.join(' AND ')}`, parameters: binder.parameters }
    }
  }
}
