import jsonServer from 'json-server'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { announce, serve } from './announce.js'

/* json-server over a JSON file in the folder given, without its log. It does not sync what it writes. */

const [folder] = process.argv.slice(2)
const file = join(folder, 'db.json')
writeFileSync(file, JSON.stringify({ operations: [] }))
const app = jsonServer.create()
app.use(jsonServer.defaults({ logger: false }))
app.use(jsonServer.router(file))
announce({ port: await serve(app) })
