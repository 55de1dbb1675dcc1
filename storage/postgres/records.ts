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

/** Texts as one parameter; {@link toTexts} has them again. At least two: none is told from one that is empty. */
export const joinTexts = (texts: readonly string[]): string => texts.join(betweenRecords)

/** The texts of a parameter that has them joined, as an array. */
export const toTexts = (parameter: Sql): Sql => `string_to_array(${parameter}, ${toLiteral(betweenRecords)})`

/** The texts of an array as one, as {@link splitTexts} reads it. */
export const toJoined = (array: Sql): Sql => `array_to_string(${array}, ${toLiteral(betweenRecords)})`

export const splitTexts = (joined: string): readonly string[] => joined === '' ? [] : joined.split(betweenRecords)

/** Whether a text can be joined with others. */
export const isJoinable = (text: string): boolean => !text.includes(betweenRecords)

/** A record, to be selected from columns. */
export const record: Sql = `concat_ws(${toLiteral(betweenColumns)}, ${textColumns}) AS records`

/** One row for all records of a statement that selects {@link togetherLimit} at most, in their order. */
export function together<S extends Statement> (statement: S): S {
  return { ...statement, sql: `SELECT ${toJoined(`ARRAY(${statement.sql})`)} AS records` }
}

/** The records of rows with one each, or of the one row that has all of them. */
export function toRecords (rows: readonly Row[]): readonly OperationRecord[] {
  const [first, ...rest] = rows as ReadonlyArray<{ readonly records: string }>
  if (first === undefined || first.records === '') return []
  return (rest.length === 0 ? first.records.split(betweenRecords) : [first, ...rest].map(({ records }) => records)).map(parseRecord)
}
