import type { Sql } from '../sql/dialect.js'
import { betweenColumns, parseRecord, textColumns } from '../sql/record-text.js'
import type { OperationRecord } from '../store.js'
import type { Statement } from './connections.js'
import type { Row } from './driver.js'

/** No record has it, as none has what is between columns. */
const betweenRecords = '\x1e'
const toLiteral = (character: string): Sql => `E'\\x${character.charCodeAt(0).toString(16)}'`

/** Records that go together at most; so many of any size are far below what a text may have. */
export const togetherLimit = 128

/** A record, to be selected from columns. */
export const record: Sql = `concat_ws(${toLiteral(betweenColumns)}, ${textColumns}) AS records`

/** One row for all records of a statement that selects {@link togetherLimit} at most, in their order. */
export function together<S extends Statement> (statement: S): S {
  return { ...statement, sql: `SELECT array_to_string(ARRAY(${statement.sql}), ${toLiteral(betweenRecords)}) AS records` }
}

/** The records of rows with one each, or of the one row that has all of them. */
export function toRecords (rows: readonly Row[]): readonly OperationRecord[] {
  const [first, ...rest] = rows as ReadonlyArray<{ readonly records: string }>
  if (first === undefined || first.records === '') return []
  return (rest.length === 0 ? first.records.split(betweenRecords) : [first, ...rest].map(({ records }) => records)).map(parseRecord)
}
