import { setTimeout as delay } from 'node:timers/promises'
import type {} from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /** Ends the server without losing a request: readiness off, connections asked to close, then close. */
    drain: () => Promise<void>
  }
}

/** A key no operation has; finding nothing there takes a working store. */
const probe = { tenant: 'probe', owner: 'probe', id: 'probe' }

/** `/livez`: the process runs. `/readyz`: it takes requests and its store answers. */
export const probesPlugin = fp(async (app: FastifyInstance, { drainMillis }: { drainMillis: number }) => {
  let isDraining = false

  const isReady = async (): Promise<boolean> => {
    if (isDraining) return false
    try {
      await app.operationStore.find(probe)
      return true
    } catch (error) {
      app.log.error({ err: error }, 'the store does not answer')
      return false
    }
  }

  app.get('/livez', { schema: { hide: true } }, async (_request, reply) => await reply.type('text/plain').send('ok'))
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const ready = await isReady()
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
