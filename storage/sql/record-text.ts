import { StoredRecord } from '../record.js'
import type { OperationRecord } from '../store.js'

/*
 * A record as one text, since each value of a row costs a driver more than its characters do. What is between columns
 * is in none of them: ids, names and instants have no control characters, and JSON has them escaped.
 * @see RFC 8259, 7
 */

/** Stands between the columns of {@link textColumns}. */
export const betweenColumns = '\x1f'

/** The columns of a record in the order that {@link parseRecord} reads. */
export const textColumns = 'id, type, created, last_action, status, version, text'

export function parseRecord (columns: string): OperationRecord {
  let end = -1
  const next = (): string => {
    const start = end + 1
    end = columns.indexOf(betweenColumns, start)
    return columns.slice(start, end)
  }
  const [id, type, created, lastAction, status, version] = [next(), next(), next(), next(), Number(next()), next()]
  return new StoredRecord({ id, type, created, lastAction, status, text: columns.slice(end + 1) }, version)
}
