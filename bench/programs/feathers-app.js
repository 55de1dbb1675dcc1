import { once } from 'node:events'
import { feathers } from '@feathersjs/feathers'
import { bodyParser, errorHandler, koa, rest } from '@feathersjs/koa'

/** Feathers over HTTP, with a service of its own; who changes an operation is told when, as everywhere. */
export async function serveFeathers (service) {
  const app = koa(feathers())
  app.use(errorHandler())
  app.use(bodyParser())
  app.configure(rest())
  app.use('operations', service)
  const touch = async (context) => { context.data = { ...context.data, lastActionDateTime: new Date().toISOString() } }
  app.service('operations').hooks({ before: { create: [touch], patch: [touch] } })
  const server = await app.listen(0, '127.0.0.1')
  // as in announce.js
  server.keepAliveTimeout = 0
  if (!server.listening) await once(server, 'listening')
  return server.address().port
}
