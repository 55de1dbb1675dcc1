import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import { createServer } from '../../server.js'
import type { DevelopmentIssuer } from '../../plugins/dev-issuer.js'
import type { Tokens } from './session.js'

/** A server to send requests to. */
export interface Target {
  readonly app: FastifyInstance
  /** Tokens of a tenant of their own. */
  readonly toTokens: (tenant: string) => Promise<Tokens>
}

async function toTokens (issuer: DevelopmentIssuer, tid: string): Promise<Tokens> {
  const [application, delegated] = await Promise.all([issuer.sign({ tid, oid: 'app' }), issuer.sign({ tid, oid: 'user', scp: 'Notes.ReadWrite.All' })])
  return { application: `Bearer ${application}`, delegated: `Bearer ${delegated}` }
}

/**
 * The whole server, as `npm start` makes it. `prepare` sees the application before anything is registered in it.
 */
export async function makeTarget (store: string, prepare: (app: FastifyInstance) => void = () => undefined): Promise<Target> {
  const onMade = (message: unknown): void => { prepare((message as { fastify: FastifyInstance }).fastify) }
  subscribe('fastify.initialization', onMade)
  try {
    const { app, issuer } = await createServer({ STORE: store, LOG_LEVEL: 'silent' })
    await app.listen({ host: '127.0.0.1', port: 0 })
    return { app, toTokens: async (tenant) => await toTokens(issuer!, tenant) }
  } finally {
    unsubscribe('fastify.initialization', onMade)
  }
}
