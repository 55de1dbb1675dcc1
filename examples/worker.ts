/*
 * A worker in the process of the host: it reports progress through app.operations, under the same rules as
 * a client that sends PATCH, while clients poll over HTTP.
 *
 *   node --import tsx examples/serve.ts worker
 */
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
// in your own project: from 'fastify-graph-operations'
import graphOperations, { GraphError, memoryStore, recommendedServerOptions } from '../index.js'
import type { OnenoteOperation } from '../index.js'

/** Does the work of one operation and reports how far it is. */
export async function copyPages (app: FastifyInstance, siteId: string, pages: ReadonlyArray<() => Promise<void>>): Promise<string> {
  const owner = { tenant: 'local', owner: `sites/${siteId}` }
  const { id } = await app.operations.create<OnenoteOperation>(owner, { status: 'Running', percentComplete: '0' })
  const key = { ...owner, id }
  try {
    for (const [index, copy] of pages.entries()) {
      await copy()
      await app.operations.update<OnenoteOperation>(key, { percentComplete: String(Math.round((index + 1) / pages.length * 100)) })
    }
    await app.operations.update<OnenoteOperation>(key, { status: 'Completed', resourceId: `copy-of-${siteId}` })
  } catch (error) {
    // the operation may be gone or finished by somebody else: that is not this work's failure
    if (error instanceof GraphError) throw error
    await app.operations.update<OnenoteOperation>(key, { status: 'Failed', error: { code: 'copyFailed', message: String(error) } })
  }
  return id
}

export async function makeApp (): Promise<FastifyInstance> {
  const app = Fastify(recommendedServerOptions)
  await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none' })
  return await app
}
