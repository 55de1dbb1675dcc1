import { KnexService } from '@feathersjs/knex'
import knex from 'knex'
import { join } from 'node:path'
import { announce } from './announce.js'
import { serveFeathers } from './feathers-app.js'

/* Feathers 5 with Knex over a SQLite file in the folder given. */

const [folder] = process.argv.slice(2)
const Model = knex({ client: 'better-sqlite3', connection: { filename: join(folder, 'operations.db') }, useNullAsDefault: true })
await Model.raw('PRAGMA journal_mode=WAL')
await Model.raw('PRAGMA synchronous=FULL')
await Model.schema.createTable('operations', (table) => {
  table.string('id').primary()
  for (const name of ['status', 'createdDateTime', 'lastActionDateTime', 'resourceLocation', 'percentComplete']) table.string(name)
  table.index(['status', 'createdDateTime'])
})

announce({ port: await serveFeathers(new KnexService({ Model, name: 'operations', id: 'id', paginate: { default: 20, max: 1_000 } })) })
