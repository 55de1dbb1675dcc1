import pg from 'pg'
import { announce, listen } from './announce.js'
import { makeBareOperations } from './bare-operations.js'

/* Bare Fastify over the PostgreSQL at the URL given: an update is a SELECT and an UPDATE. */

const [connectionString] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString, max: 10 })
await pool.query(`
  CREATE TABLE floor_operations (id text PRIMARY KEY, version integer NOT NULL DEFAULT 0, status text, created text COLLATE "C", text text NOT NULL);
  CREATE INDEX ON floor_operations (status, created)`)

async function find (id) {
  const { rows: [row] } = await pool.query({ name: 'find', text: 'SELECT version, text FROM floor_operations WHERE id = $1', values: [id] })
  return row && { version: row.version, operation: JSON.parse(row.text) }
}

async function update (id, members) {
  const found = await find(id)
  if (found === undefined) return undefined
  const updated = { ...found.operation, ...members }
  const { rowCount } = await pool.query({
    name: 'replace',
    text: 'UPDATE floor_operations SET version = version + 1, status = $1, text = $2 WHERE id = $3 AND version = $4',
    values: [updated.status, JSON.stringify(updated), id, found.version]
  })
  // another one was faster
  return rowCount === 1 ? updated : await update(id, members)
}

const app = makeBareOperations({
  get: async (id) => (await find(id))?.operation,
  async put ({ id, ...members }) {
    await pool.query({ name: 'insert', text: 'INSERT INTO floor_operations (id, status, created, text) VALUES ($1, $2, $3, $4)', values: [id, members.status, members.createdDateTime, JSON.stringify({ id, ...members })] })
  },
  update,
  async newest (status, limit) {
    const { rows } = await pool.query({ name: 'newest', text: 'SELECT text FROM floor_operations WHERE status = $1 ORDER BY created DESC LIMIT $2', values: [status, limit] })
    return rows.map(({ text }) => JSON.parse(text))
  }
})

announce({ port: await listen(app) })
