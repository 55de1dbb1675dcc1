import { StoredRecord } from '../record.js'
import { recordColumns } from '../sql/select.js'
import type { CommittedChange, NewRecord, OperationRecord } from '../store.js'
import type { SqliteDatabase } from './driver.js'

/** A record as the table has it. */
export interface Row extends Omit<NewRecord, 'lastAction'> {
  readonly last_action: string
  readonly version: string
}

export function toRecord (row: Row): OperationRecord {
  return new StoredRecord({ ...row, lastAction: row.last_action }, row.version)
}

const inCollection = 'tenant = ? AND owner = ?'

/** Every statement of the store, compiled once. */
export function prepareStatements (database: SqliteDatabase) {
  const prepare = <P extends Array<string | number>, R>(sql: string) => {
    const statement = database.prepare(sql)
    return {
      get: (...parameters: P) => statement.get(...parameters) as R | undefined,
      all: (...parameters: P) => statement.all(...parameters) as R[],
      run: (...parameters: P) => { statement.run(...parameters) }
    }
  }
  return {
    find: prepare<[tenant: string, owner: string, id: string], Row>(
      `SELECT ${recordColumns} FROM operations WHERE ${inCollection} AND id = ?`),
    version: prepare<[tenant: string, owner: string, id: string], { version: string }>(
      `SELECT version FROM operations WHERE ${inCollection} AND id = ?`),
    write: prepare<[tenant: string, owner: string, id: string, type: string, created: string, lastAction: string, status: number, text: string, version: string], never>(
      `INSERT OR REPLACE INTO operations (tenant, owner, ${recordColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    remove: prepare<[tenant: string, owner: string, id: string], never>(
      `DELETE FROM operations WHERE ${inCollection} AND id = ?`),
    nextSequence: prepare<[], { sequence: number }>(
      'SELECT coalesce(max(sequence), 0) + 1 AS sequence FROM changes'),
    remember: prepare<[sequence: number, tenant: string, owner: string, id: string, kind: string, version: string], never>(
      'INSERT INTO changes (sequence, tenant, owner, id, kind, version) VALUES (?, ?, ?, ?, ?, ?)'),
    forget: prepare<[sequence: number], never>(
      'DELETE FROM changes WHERE sequence <= ?'),
    forgotten: prepare<[], { sequence: number }>(
      'SELECT coalesce(min(sequence), 1) - 1 AS sequence FROM changes'),
    changes: prepare<[tenant: string, owner: string, sequence: number, limit: number], CommittedChange & { sequence: number }>(
      `SELECT sequence, id, kind, version FROM changes WHERE ${inCollection} AND sequence > ? ORDER BY sequence LIMIT ?`)
  }
}
