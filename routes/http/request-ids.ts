import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

const clientRequestId = /^[\x21-\x7e]{1,128}$/

/** The common headers, where a hook of the host ended the request before ours set them. */
export function ensureCommonHeaders (request: FastifyRequest, reply: FastifyReply): void {
  if (!reply.hasHeader('request-id')) setCommonHeaders(request, reply)
}

/** What every answer carries, an error too. @see Microsoft Graph: response headers */
export function setCommonHeaders (request: FastifyRequest, reply: FastifyReply): void {
  const requestId = randomUUID()
  const given = request.headers['client-request-id']
  void reply.headers({
    'request-id': requestId,
    'client-request-id': typeof given === 'string' && clientRequestId.test(given) ? given : requestId,
    'odata-version': '4.0',
    'cache-control': 'private, no-cache'
  })
}
