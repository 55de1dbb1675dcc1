import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

interface SwaggerDecorated {
  swagger?: () => { swagger?: string }
}

/**
 * Says at boot what keeps the routes out of the host's document: @fastify/swagger sees only routes that
 * are registered after it, and Swagger 2.0 cannot say what they are.
 */
export const openapiPlugin = fp(async (app: FastifyInstance) => {
  const isThere = app.hasDecorator('swagger')
  app.addHook('onReady', async () => {
    const { swagger } = app as SwaggerDecorated
    if (swagger === undefined) {
      app.log.info('fastify-graph-operations: there is no @fastify/swagger; register it before this plugin to have the operations in your OpenAPI document')
    } else if (!isThere) {
      app.log.warn('fastify-graph-operations: @fastify/swagger was registered after this plugin, so the operations are missing from its document; register it first')
    } else if (swagger().swagger !== undefined) {
      app.log.warn('fastify-graph-operations: your document is Swagger 2.0, which cannot describe the operations, so they are left out; register @fastify/swagger with { openapi: { openapi: \'3.1.0\' } }')
    }
  })
}, { name: 'fastify-graph-operations-openapi' })
