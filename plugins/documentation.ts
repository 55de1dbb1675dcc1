import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

const prefix = '/docs'

/** What the document is sent as; JSON is YAML too. @see YAML 1.2, 1.3 */
const types: Readonly<Record<string, string>> = { [`${prefix}/json`]: 'application/json; charset=utf-8', [`${prefix}/yaml`]: 'application/yaml; charset=utf-8' }

/**
 * Swagger UI at `/docs`, the document at `/docs/json` and `/docs/yaml`, of the routes that are registered after it.
 * The text is made once: made for everybody who asks, it would be strangers who keep the loop busy.
 */
export const documentationPlugin = fp(async (app: FastifyInstance, { description }: { description: string }) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Graph operations', version: '1.0.0', description, license: { name: 'MIT', identifier: 'MIT' } as { name: string } },
      servers: [{ url: '/', description: 'This server' }]
    }
  })
  let made: string | undefined
  const getText = (): string => made ??= JSON.stringify(app.swagger())
  app.addHook('onListen', async () => { getText() })
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      const type = types[String(request.routeOptions.url)]
      if (type !== undefined) return await reply.type(type).send(getText())
    })
    await scope.register(swaggerUi, { routePrefix: prefix, uiConfig: { persistAuthorization: true, docExpansion: 'none', tryItOutEnabled: true } })
  })
}, { name: 'fastify-graph-operations-documentation' })
