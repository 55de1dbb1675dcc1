import { findInstant } from '../../schemas/date-time.js'
import { recordColumns } from '../sql/dialect.js'
import type { Dialect, Parameter, Sql } from '../sql/dialect.js'
import type { SqliteDatabase, SqliteValue } from './driver.js'

/** SQLite's own case mapping knows ASCII only, and it has no date-times of 100 ns. */
const functions: Readonly<Record<string, (text: string) => string | null>> = {
  ops_lower: (text) => text.toLowerCase(),
  ops_upper: (text) => text.toUpperCase(),
  ops_instant: (text) => findInstant(text) ?? null
}

/** Defines what {@link sqliteDialect} calls. */
export function defineFunctions (database: SqliteDatabase): void {
  for (const [name, map] of Object.entries(functions)) {
    database.function(name, { deterministic: true }, (value: SqliteValue) => typeof value === 'string' ? map(value) : null)
  }
}

const readings: Readonly<Record<Parameters<Dialect['member']>[1], (path: Sql) => Sql>> = {
  text: (path) => `CASE json_type(text, ${path}) WHEN 'text' THEN json_extract(text, ${path}) END`,
  // as a double, the numbers that JSON has for JavaScript
  number: (path) => `CASE WHEN json_type(text, ${path}) IN ('integer', 'real') THEN CAST(json_extract(text, ${path}) AS REAL) END`,
  boolean: (path) => `CASE json_type(text, ${path}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END`,
  instant: (path) => `ops_instant(${readings.text(path)})`,
  any: (path) => `CASE WHEN coalesce(json_type(text, ${path}), 'null') <> 'null' THEN 1 END`
}

/** Rows have the number of their collection, which is short, and not its names, which are long. */
export function inCollection (tenant: Sql, owner: Sql): Sql {
  return `collection = (SELECT number FROM collections WHERE tenant = ${tenant} AND owner = ${owner})`
}

/** @photostructure/sqlite takes a fraction below 2⁻⁵² for a whole number, and 0 for it. */
function isLostByDriver (value: Parameter): boolean {
  return typeof value === 'number' && value !== 0 && Math.abs(value) < Number.EPSILON
}

/** @see https://sqlite.org/json1.html, https://sqlite.org/datatype3.html: texts compare by their UTF-8 */
export const sqliteDialect: Dialect = {
  table: 'operations',
  inCollection,
  record: recordColumns,
  inIndexes: '',
  parameter (number, given) {
    const value = typeof given === 'boolean' ? Number(given) : given
    return isLostByDriver(value) ? { sql: `CAST(?${number} AS REAL)`, value: String(value) } : { sql: `?${number}`, value }
  },
  member: (path, reading) => readings[reading](`'$.${path.join('.')}'`),
  isSame: (left, right) => `(${left} IS ${right})`,
  never: '0',
  always: '1',
  // as digits of base 3, null being 2: false ge false, true ge false, true ge true, null ge null
  isImplied: (left, right) => `(3 * coalesce(${left}, 2) + coalesce(${right}, 2) IN (0, 3, 4, 8))`,
  functions: {
    contains: (text, part) => `(instr(${text}, ${part}) > 0)`,
    startswith: (text, part) => `(substr(${text}, 1, length(${part})) = ${part})`,
    endswith: (text, part) => `(length(${part}) = 0 AND ${text} IS NOT NULL OR substr(${text}, -length(${part})) = ${part})`,
    tolower: (text) => `ops_lower(${text})`,
    toupper: (text) => `ops_upper(${text})`,
    length: (text) => `length(${text})`
  },
  firstCharacters: (text, count) => `substr(${text}, 1, ${count})`,
  orderTerm: (term, descending) => `${term} ${descending ? 'DESC' : 'ASC'}`
}
