import type { Place } from '../cursors.js'
import { StoredRecord } from '../record.js'
import { recordColumns } from '../sql/dialect.js'
import { betweenColumns, textColumns } from '../sql/record-text.js'
import type { CommittedChange, NewRecord, OperationRecord } from '../store.js'
import { inCollection } from './dialect.js'
import type { SqliteDatabase, SqliteValue } from './driver.js'

/** A record as the table has it. */
export interface Row extends Omit<NewRecord, 'lastAction'> {
  readonly last_action: string
  readonly version: string
}

/** What a change must know of the record that it replaces. */
export type State = Pick<OperationRecord, 'version' | 'type' | 'created' | 'status'>

export function toRecord (row: Row): OperationRecord {
  return new StoredRecord({ ...row, lastAction: row.last_action }, row.version)
}

const inThis = inCollection('?', '?')

/** Compiles a statement and says what it takes and gives. */
function makePrepare (database: SqliteDatabase) {
  return <P extends SqliteValue[], R>(sql: string) => {
    const statement = database.prepare(sql)
    return {
      get: (...parameters: P) => statement.get(...parameters) as R | undefined,
      all: (...parameters: P) => statement.all(...parameters) as R[],
      run: (...parameters: P) => { statement.run(...parameters) }
    }
  }
}

/** What reads need beside queries, compiled once. */
export function prepareReads (database: SqliteDatabase) {
  const prepare = makePrepare(database)
  return {
    about: prepare<[], { mark: string, secret: string }>(
      'SELECT mark, secret FROM about'),
    find: prepare<[tenant: string, owner: string, id: string], { record: string }>(
      `SELECT concat_ws(char(${betweenColumns.charCodeAt(0)}), ${textColumns}) AS record FROM operations WHERE ${inThis} AND id = ?`),
    dataVersion: prepare<[], { data_version: number }>(
      'PRAGMA data_version'),
    oldest: prepare<[], Place>(
      'SELECT sequence, version FROM changes ORDER BY sequence LIMIT 1'),
    newest: prepare<[], Place>(
      'SELECT sequence, version FROM changes ORDER BY sequence DESC LIMIT 1'),
    place: prepare<[sequence: number], Place>(
      'SELECT sequence, version FROM changes WHERE sequence = ?'),
    changes: prepare<[tenant: string, owner: string, sequence: number, limit: number], CommittedChange & Place>(
      `SELECT sequence, id, kind, version FROM changes WHERE ${inThis} AND sequence > ? ORDER BY sequence LIMIT ?`),
    /** The first records of a collection, and the bytes of their texts; a text is not read for its length. */
    start: prepare<[tenant: string, owner: string, records: number], { records: number, bytes: number | null }>(
      `SELECT count(*) AS records, sum(bytes) AS bytes FROM (SELECT octet_length(text) AS bytes FROM operations WHERE ${inThis} LIMIT ?)`)
  }
}

/** What commits need, compiled once. */
export type Writes = ReturnType<typeof prepareWrites>

export function prepareWrites (database: SqliteDatabase) {
  const prepare = makePrepare(database)
  return {
    state: prepare<[tenant: string, owner: string, id: string], State>(
      `SELECT version, type, created, status FROM operations WHERE ${inThis} AND id = ?`),
    /** Of a record that keeps its type and creation; no index is written but that of the last action. */
    progress: prepare<[lastAction: string, text: string, version: string, collection: number, id: string], never>(
      'UPDATE operations SET last_action = ?, text = ?, version = ? WHERE collection = ? AND id = ?'),
    /** The same with another status. */
    advance: prepare<[status: number, lastAction: string, text: string, version: string, collection: number, id: string], never>(
      'UPDATE operations SET status = ?, last_action = ?, text = ?, version = ? WHERE collection = ? AND id = ?'),
    write: prepare<[collection: number, id: string, type: string, created: string, lastAction: string, status: number, text: string, version: string], never>(
      `INSERT OR REPLACE INTO operations (collection, ${recordColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
    remove: prepare<[collection: number, id: string], never>(
      'DELETE FROM operations WHERE collection = ? AND id = ?'),
    remember: prepare<[sequence: number, collection: number, id: string, kind: string, version: string], never>(
      'INSERT INTO changes (sequence, collection, id, kind, version) VALUES (?, ?, ?, ?, ?)'),
    /** Null before the first change: nothing comes before it, so it counts. */
    edges: prepare<[], { oldest: number | null, newest: number | null }>(
      'SELECT (SELECT nullif(min(sequence), 1) FROM changes) AS oldest, (SELECT max(sequence) FROM changes) AS newest'),
    forget: prepare<[sequence: number], never>(
      'DELETE FROM changes WHERE sequence < ?'),
    number: prepare<[tenant: string, owner: string], { number: number }>(
      'SELECT number FROM collections WHERE tenant = ? AND owner = ?'),
    /** Gives a collection its number. */
    enter: prepare<[tenant: string, owner: string], { number: number }>(
      'INSERT INTO collections (tenant, owner) VALUES (?, ?) RETURNING number'),
    /** Drops the collections that have nothing left once changes before a place are forgotten, and had some of these. */
    leave: prepare<[sequence: number], never>(
      `DELETE FROM collections WHERE number IN (SELECT collection FROM changes WHERE sequence < ?1)
         AND NOT EXISTS (SELECT 1 FROM changes WHERE collection = number AND sequence >= ?1)
         AND NOT EXISTS (SELECT 1 FROM operations WHERE collection = number)`)
  }
}
