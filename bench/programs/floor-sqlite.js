import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { announce, listen } from './announce.js'
import { makeBareOperations } from './bare-operations.js'

/* Bare Fastify over a SQLite file in the folder given, with one durable commit for each write. */

const [folder] = process.argv.slice(2)
const database = new DatabaseSync(join(mkdtempSync(join(folder, 'floor-')), 'operations.db'))
database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL')
database.exec(`
  CREATE TABLE operations (id TEXT PRIMARY KEY, status TEXT, createdDateTime TEXT, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX operations_by_status ON operations (status, createdDateTime)`)
const find = database.prepare('SELECT text FROM operations WHERE id = ?')
const insert = database.prepare('INSERT INTO operations VALUES (?, ?, ?, ?)')
const replace = database.prepare('UPDATE operations SET status = ?, text = ? WHERE id = ?')
const newest = database.prepare('SELECT text FROM operations WHERE status = ? ORDER BY createdDateTime DESC LIMIT ?')

function get (id) {
  const row = find.get(id)
  return row && JSON.parse(row.text)
}

const app = makeBareOperations({
  get,
  put (operation) { insert.run(operation.id, operation.status, operation.createdDateTime, JSON.stringify(operation)) },
  update (id, members) {
    database.exec('BEGIN IMMEDIATE')
    try {
      const stored = get(id)
      const updated = stored && { ...stored, ...members }
      if (updated) replace.run(updated.status, JSON.stringify(updated), id)
      database.exec('COMMIT')
      return updated
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  },
  newest: (status, limit) => newest.all(status, limit).map(({ text }) => JSON.parse(text))
})

announce({ port: await listen(app) })
