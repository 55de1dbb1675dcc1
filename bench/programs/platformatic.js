import sqlMapper from '@platformatic/sql-mapper'
import sqlOpenapi from '@platformatic/sql-openapi'
import Fastify from 'fastify'
import { announce, listen } from './announce.js'

/* The REST interface that Platformatic makes of the tables of the PostgreSQL at the URL given. */

const [connectionString] = process.argv.slice(2)
const app = Fastify()
await app.register(sqlMapper, {
  connectionString,
  log: app.log,
  async onDatabaseLoad (database, sql) {
    await database.query(sql`
      CREATE TABLE operations (
        id text PRIMARY KEY, status text, created_date_time text COLLATE "C", last_action_date_time text, resource_location text, percent_complete text
      )`)
    await database.query(sql`CREATE INDEX ON operations (status, created_date_time)`)
  }
})
await app.register(sqlOpenapi)

announce({ port: await listen(app) })
