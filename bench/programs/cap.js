import cds from '@sap/cds'
import express from 'express'
import { join } from 'node:path'
import { announce, serve } from './announce.js'

/* SAP CAP's OData V4 service over a SQLite file in the folder given. */

const [folder] = process.argv.slice(2)
cds.root = folder
const model = cds.compile(`
  service bench @(path: '/odata/v4/bench') {
    entity Operations {
      key id: String(128);
      status: String(20);
      createdDateTime: String(40);
      lastActionDateTime: String(40) @cds.on.update: $now;
      resourceLocation: String(256);
      percentComplete: String(10);
    }
  }`)
cds.env.log.levels.odata = 'warn'
cds.env.requires.auth = { kind: 'dummy' }
cds.env.requires.db = { kind: 'sqlite', impl: '@cap-js/sqlite', credentials: { url: join(folder, 'operations.db') } }
cds.model = cds.compile.for.nodejs(model)
cds.db = await cds.connect.to('db')
await cds.deploy(model).to('db')
const app = express()
await cds.serve('all').from(model).in(app)
announce({ port: await serve(app) })
