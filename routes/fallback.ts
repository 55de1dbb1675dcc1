import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, RouteOptions } from 'fastify'
import { GraphError } from '../errors.js'
import { sendError } from './http/envelope.js'

/** Keeps a route out of the host's document. @see @fastify/swagger, `hide` */
export const hidden: FastifySchema & { readonly hide: true } = { hide: true }

/**
 * What a URL of ours answers to other methods: OPTIONS with what there is, the others with 405. Decided
 * before authentication and before any body is looked at.
 * @see RFC 9110, 15.5.6
 */
export function toFallback (app: FastifyInstance, url: string, routes: ReadonlyArray<{ readonly method: string }>): RouteOptions {
  const methods = routes.flatMap(({ method }) => method === 'GET' ? ['GET', 'HEAD'] : [method])
  const allow = [...methods, 'OPTIONS'].join(', ')
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (request.method === 'OPTIONS') return await reply.code(204).header('allow', allow).send()
    return await sendError(new GraphError('methodNotAllowed', `${request.method} is not allowed here`, { headers: { allow } }), reply)
  }
  return {
    method: app.supportedMethods.filter((method) => !methods.includes(method)),
    url,
    config: { swaggerTransform: false },
    schema: hidden,
    onRequest: answer,
    handler: answer
  }
}
