/*
 * The plugin over a store, on a real socket: loads, waits to be told on stdin, opens the store and says its port.
 *
 *   node server.js sqlite:FILE
 *   node server.js postgres://HOST/DATABASE
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import graphOperations, { postgresStore, recommendedServerOptions, sqliteStore } from '../../../index.js'

const [, , setting = ''] = process.argv
const file = /^sqlite:(.+)$/.exec(setting)?.[1]

// nobody is left to end it when its parent is gone
process.stdin.on('end', () => process.exit())
process.stdout.write('loaded\n')
await once(process.stdin, 'data')

const app = Fastify({ ...recommendedServerOptions })
await app.register(graphOperations, { prefix: '/v1.0', store: file === undefined ? await postgresStore({ url: setting }) : await sqliteStore({ file }), auth: 'none' })
app.get<{ Querystring: { tenant: string, owner: string, cursor?: string } }>('/changes', async ({ query: { tenant, owner, cursor } }) => await app.operationStore.changes({ tenant, owner }, cursor, 100))
await app.listen({ host: '127.0.0.1', port: 0 })
process.stdout.write(`port ${(app.server.address() as AddressInfo).port}\n`)
