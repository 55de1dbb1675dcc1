import { setTimeout as delay } from 'node:timers/promises'
import type {} from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { makeReadiness } from './readiness.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Ends the server without losing a request: readiness off, connections asked to close, then close. */
    drain: () => Promise<void>
  }
}

/** `/livez`: the process runs. `/readyz`: it takes requests, and its store answers within `checkMillis`. */
export const probesPlugin = fp(async (app: FastifyInstance, { drainMillis, checkMillis = 2_000 }: { drainMillis: number, checkMillis?: number }) => {
  let isDraining = false
  const isStoreReady = makeReadiness(app, checkMillis)

  app.get('/livez', { schema: { hide: true } }, async (_request, reply) => await reply.type('text/plain').send('ok'))
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const ready = !isDraining && await isStoreReady()
    return await reply.code(ready ? 200 : 503).type('text/plain').send(ready ? 'ok' : 'not ready')
  })
  app.addHook('onSend', async (_request, reply) => {
    if (isDraining) void reply.header('connection', 'close')
  })
  app.decorate('drain', async () => {
    isDraining = true
    await delay(drainMillis)
    await app.close()
  })
}, { name: 'fastify-graph-operations-probes' })
