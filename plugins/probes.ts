import { setTimeout as delay } from 'node:timers/promises'
import type {} from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { alwaysAnswers } from './overload.js'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Ends the server without losing a request: readiness off, connections asked to close, then close. Requests
     * that have not arrived or been answered by then are cut off.
     */
    drain: () => Promise<void>
  }
}

interface DrainOptions {
  /** How long requests are taken after readiness went off. */
  readonly drainMillis: number
  /** How long those that are here may take after that. */
  readonly closeMillis: number
}

/** A key no operation has; finding nothing there takes a working store. */
const probe = { tenant: 'probe', owner: 'probe', id: 'probe' }

/** `/livez`: the process runs. `/readyz`: it takes requests and its store answers. */
export const probesPlugin = fp(async (app: FastifyInstance, { drainMillis, closeMillis }: DrainOptions) => {
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

  app.get('/livez', { schema: { hide: true }, config: alwaysAnswers }, async (_request, reply) => await reply.type('text/plain').send('ok'))
  app.get('/readyz', { schema: { hide: true }, config: alwaysAnswers }, async (_request, reply) => {
    const ready = await isReady()
    return await reply.code(ready ? 200 : 503).type('text/plain').send(ready ? 'ok' : 'not ready')
  })
  app.addHook('onSend', async (_request, reply) => {
    if (isDraining) void reply.header('connection', 'close')
  })
  app.decorate('drain', async () => {
    isDraining = true
    await delay(drainMillis)
    const cut = setTimeout(() => { app.server.closeAllConnections() }, closeMillis)
    await app.close()
    clearTimeout(cut)
  })
}, { name: 'fastify-graph-operations-probes' })
