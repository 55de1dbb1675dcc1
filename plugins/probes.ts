import { setTimeout as delay } from 'node:timers/promises'
import type {} from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { alwaysAnswers } from './always-answers.js'
import { followAnswers } from './open-answers.js'
import { makeReadiness } from './readiness.js'

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
  /** How long those that are here may take after that. Default 7,000. */
  readonly closeMillis?: number
  /** How long a probe waits for the store. Default 2,000. */
  readonly checkMillis?: number
}

/** Between two looks whether answers are sent. */
const lookMillis = 20

/** `/livez`: the process runs. `/readyz`: it takes requests, and its store answers within `checkMillis`. */
export const probesPlugin = fp(async (app: FastifyInstance, { drainMillis, closeMillis = 7_000, checkMillis = 2_000 }: DrainOptions) => {
  let isDraining = false
  const isStoreReady = makeReadiness(app, checkMillis)
  const answers = followAnswers(app)

  app.get('/livez', { schema: { hide: true }, config: alwaysAnswers }, async (_request, reply) => await reply.type('text/plain').send('ok'))
  app.get('/readyz', { schema: { hide: true }, config: alwaysAnswers }, async (_request, reply) => {
    const ready = !isDraining && await isStoreReady()
    return await reply.code(ready ? 200 : 503).type('text/plain').send(ready ? 'ok' : 'not ready')
  })
  app.addHook('onSend', async (_request, { raw }) => {
    if (!isDraining) return
    // behind an answer that ends the connection there is no other
    if (answers.haveCompany(raw)) raw.removeHeader('connection')
    else raw.setHeader('connection', 'close')
  })
  app.decorate('drain', async () => {
    isDraining = true
    await delay(drainMillis)
    const end = Date.now() + closeMillis
    // for Node a connection is idle as soon as its answer is made, whether it was sent or not
    while (answers.areWaiting() && Date.now() < end) await delay(lookMillis)
    const cut = setTimeout(() => { app.server.closeAllConnections() }, Math.max(0, end - Date.now()))
    await app.close()
    clearTimeout(cut)
  })
}, { name: 'fastify-graph-operations-probes' })
