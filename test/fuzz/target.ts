import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Arbitrary } from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { createServer } from '../../server.js'
import type { DevelopmentIssuer } from '../../plugins/dev-issuer.js'
import type { Contract } from './document.js'
import { readContract } from './document.js'
import type { Tokens } from './session.js'
import type { Step, Wild } from './steps.js'
import { makeSteps } from './steps.js'

/** A server to send requests to. */
export interface Target {
  readonly app: FastifyInstance
  /** What the server says of itself. */
  readonly contract: Contract
  /** The requests that this makes possible. */
  readonly steps: Arbitrary<Step | Wild>
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
    const contract = readContract(app)
    return { app, contract, steps: makeSteps(contract), toTokens: async (tenant) => await toTokens(issuer!, tenant) }
  } finally {
    unsubscribe('fastify.initialization', onMade)
  }
}
