import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { startServer } from './support/server.js'

// a process trusts what NODE_EXTRA_CA_CERTS names when it starts, so that the client has one of its own
const root = process.cwd()
const folder = t.testdir()
t.chdir(folder)
const url = await startServer(t, { HTTPS: '1' })
const certificates = join(folder, '.development-certificate')
const client = fileURLToPath(new URL('graph-client.ts', import.meta.url))

await t.spawn(process.execPath, [...process.execArgv, client, url.replace('127.0.0.1', 'localhost'), certificates], {
  cwd: root, env: { ...process.env, NODE_EXTRA_CA_CERTS: join(certificates, 'authority.pem') }
}, '@microsoft/microsoft-graph-client')
