import type { Test } from 'tap'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { Response } from 'light-my-request'
import graphOperations, { memoryStore, recommendedServerOptions } from '../../index.js'
import type { GraphOperationsOptions, OperationStore } from '../../index.js'

/** An application with the plugin at /v1.0, closed with the test. */
export async function makeApp (t: Test, options: Partial<GraphOperationsOptions> = {}): Promise<FastifyInstance> {
  const app = Fastify({ ...recommendedServerOptions })
  t.teardown(async () => { await app.close() })
  await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none', ...options })
  await app.ready()
  return await app
}

/** A store that counts its commits. */
export function countingStore (store: OperationStore): OperationStore & { commits: number } {
  const counting = { ...store, commits: 0 }
  counting.commit = async (collection, changes) => {
    counting.commits += 1
    return await store.commit(collection, changes)
  }
  return counting
}

/** What an answer says, apart from what is never the same twice. */
export function toComparable ({ statusCode, headers, body }: Response): object {
  const { date: _date, 'request-id': requestId, 'client-request-id': _clientRequestId, ...rest } = headers
  return { statusCode, headers: rest, body: body.replaceAll(String(requestId), 'ID').replaceAll(/"date":"[^"]+"/g, '"date":""') }
}
