/*
 * A host with an operation type and a collection of its own. It gets routes, validation, documentation and
 * app.operations for them from this one definition.
 *
 *   node --import tsx examples/serve.ts own-type
 */
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
// in your own project: from 'fastify-graph-operations'
import graphOperations, { extend, int32, memoryStore, nullable, Operation, recommendedServerOptions, text } from '../index.js'
import type { CollectionDefinition } from '../index.js'

export const ImportOperation = extend(Operation, 'contoso.importOperation', {
  fileName: text('The file that is imported.', { examples: ['customers.csv'] }),
  importedRows: nullable(int32('Rows imported so far.', { examples: [1200] }))
}, { description: 'The import of a file into a workspace.' })

export const imports: CollectionDefinition = {
  path: '/workspaces/{workspaceId}/imports/operations',
  owner: 'workspaces/{workspaceId}',
  type: ImportOperation,
  permissions: { application: { read: ['Imports.Read.All', 'Imports.ReadWrite.All'], write: ['Imports.ReadWrite.All'] } }
}

export async function makeApp (): Promise<FastifyInstance> {
  const app = Fastify(recommendedServerOptions)
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Imports', version: '1' } } })
  await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none', collections: [imports] })
  return await app
}
