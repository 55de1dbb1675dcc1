import type { Dialect, Sql } from '../sql/dialect.js'
import { record } from './records.js'

/** Texts are compared by code point, whatever the database's own order is. */
const byCodePoint = 'COLLATE "C"'

/** The parts of a date-time as the contract takes it. @see ../../schemas/date-time.ts */
const dateTimeParts = '^(?!0000)([0-9]{4})-([0-9]{2})-([0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:[.]([0-9]{1,7}))?(Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$'

/**
 * A date-time as the text that sorts in time order, null for any other text: the columns of PostgreSQL's own type
 * have 6 fraction digits, and casts fail where null is wanted. An offset has whole minutes, so the fraction stays.
 */
function toInstant (text: Sql): Sql {
  const [year, month, day] = [1, 2, 3].map((part) => `CAST(parts[${part}] AS integer)`) as [Sql, Sql, Sql]
  const days = `CASE WHEN ${month} = 2 THEN CASE WHEN ${year} % 4 = 0 AND ${year} % 100 <> 0 OR ${year} % 400 = 0 THEN 29 ELSE 28 END WHEN ${month} IN (4, 6, 9, 11) THEN 30 ELSE 31 END`
  const local = `CAST(parts[1] || '-' || parts[2] || '-' || parts[3] || ' ' || parts[4] || ':' || parts[5] || ':' || parts[6] AS timestamp)`
  const offset = "CAST(CASE parts[8] WHEN 'Z' THEN '00:00' ELSE parts[8] END AS interval)"
  const valid = `${month} BETWEEN 1 AND 12 AND ${day} BETWEEN 1 AND ${days}`
  const utc = `(SELECT CASE WHEN ${valid} THEN ${local} - ${offset} END AS utc, parts FROM regexp_match(${text}, '${dateTimeParts}') AS found (parts))`
  return `(SELECT CASE WHEN utc >= timestamp '0001-01-01' AND utc <= timestamp '9999-12-31 23:59:59' THEN to_char(utc, 'YYYY-MM-DD"T"HH24:MI:SS.') || rpad(coalesce(parts[7], ''), 7, '0') || 'Z' END ${byCodePoint} FROM ${utc} AS moment)`
}

const readings: Readonly<Record<Parameters<Dialect['member']>[1], (path: Sql) => Sql>> = {
  text: (path) => `(CASE jsonb_typeof(text::jsonb #> ${path}) WHEN 'string' THEN text::jsonb #>> ${path} END ${byCodePoint})`,
  // as a double, the numbers that JSON has for JavaScript
  number: (path) => `(CASE jsonb_typeof(text::jsonb #> ${path}) WHEN 'number' THEN CAST(text::jsonb #>> ${path} AS double precision) END)`,
  boolean: (path) => `(CASE jsonb_typeof(text::jsonb #> ${path}) WHEN 'boolean' THEN CAST(text::jsonb #>> ${path} AS boolean) END)`,
  instant: (path) => toInstant(readings.text(path)),
  any: (path) => `(CASE WHEN jsonb_typeof(text::jsonb #> ${path}) <> 'null' THEN true END)`
}

const typeNames = { string: 'text', number: 'double precision', boolean: 'boolean' } as const

/** A digit of base 3, null being 2. */
const toDigit = (condition: Sql): Sql => `coalesce(CAST(${condition} AS integer), 2)`

/** What {@link makeDialect} needs to know of a database. */
export interface DialectSettings {
  /** The schema of the store's tables. */
  readonly schema: string
  /** A collation that maps the case of every letter of Unicode. */
  readonly caseCollation: string
}

/** @see PostgreSQL, 9.16 JSON Functions and Operators, 24.2 Collation Support */
export function makeDialect ({ schema, caseCollation }: DialectSettings): Dialect {
  const mapCase = (name: 'lower' | 'upper', text: Sql): Sql => `(${name}(${text} COLLATE "${caseCollation}") ${byCodePoint})`
  return {
    table: `${schema}.operations`,
    inCollection: (tenant, owner) => `tenant = ${tenant} AND owner = ${owner}`,
    record,
    inIndexes: 'created >= \'\'',
    parameter (number, value) {
      const type = typeof value as keyof typeof typeNames
      const sql = `CAST($${number} AS ${typeNames[type]})`
      return { sql: type === 'string' ? `(${sql} ${byCodePoint})` : sql, value: String(value) }
    },
    member: (path, reading) => readings[reading](`'{${path.map((name) => `"${name}"`).join(',')}}'`),
    isSame: (left, right) => `(${left} IS NOT DISTINCT FROM ${right})`,
    never: 'false',
    always: 'true',
    // false ge false, true ge false, true ge true, null ge null
    isImplied: (left, right) => `(3 * ${toDigit(left)} + ${toDigit(right)} IN (0, 3, 4, 8))`,
    functions: {
      contains: (text, part) => `(strpos(${text}, ${part}) > 0)`,
      startswith: (text, part) => `starts_with(${text}, ${part})`,
      endswith: (text, part) => `(right(${text}, length(${part})) = ${part})`,
      tolower: (text) => mapCase('lower', text),
      toupper: (text) => mapCase('upper', text),
      length: (text) => `length(${text})`
    },
    firstCharacters: (text, count) => `left(${text}, ${count})`,
    orderTerm: (term, descending) => `${term} ${descending ? 'DESC NULLS LAST' : 'ASC NULLS FIRST'}`
  }
}
