import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'

const clientRequestId = /^[\x21-\x7e]{1,128}$/
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

/** What names a request, in its answer and in every line of the log that belongs to it. */
export interface RequestIds {
  readonly 'request-id': string
  /** The client's own name for it; the request-id where it gave none that can be used. */
  readonly 'client-request-id': string
}

/** Ids of requests to which the framework gave something else than a UUID. */
const made = new WeakMap<object, string>()

/** The UUID that was made or recognised last: the log and the answer ask for the same one, one after the other. */
let recognised = ''

/** An id for the framework to give to a request. */
export function makeRequestId (): string {
  recognised = randomUUID()
  return recognised
}

function getRequestId (frameworkId: unknown, raw: object): string {
  if (frameworkId === recognised) return recognised
  if (typeof frameworkId === 'string' && uuid.test(frameworkId)) {
    recognised = frameworkId
    return frameworkId
  }
  const requestId = made.get(raw) ?? randomUUID()
  made.set(raw, requestId)
  return requestId
}

/** The ids of a request, the same ones each time it is asked. `frameworkId` is the framework's, which may be anything. */
export function toRequestIds (frameworkId: unknown, raw: Pick<IncomingMessage, 'headers'>): RequestIds {
  const requestId = getRequestId(frameworkId, raw)
  const given = raw.headers['client-request-id']
  return { 'request-id': requestId, 'client-request-id': typeof given === 'string' && clientRequestId.test(given) ? given : requestId }
}

/** Says in the answer what the log says. @see Microsoft Graph: response headers */
export function setRequestIds ({ id, raw }: FastifyRequest, reply: FastifyReply): void {
  void reply.headers({ ...toRequestIds(id, raw) })
}

/** Of every answer, whoever asks. */
export const contractHeaders = Object.freeze({ 'odata-version': '4.0', 'cache-control': 'private, no-cache' })

/** The common headers, where a hook of the host ended the request before ours set them. */
export function ensureCommonHeaders (request: FastifyRequest, reply: FastifyReply): void {
  if (!reply.hasHeader('odata-version')) setCommonHeaders(request, reply)
}

/** What every answer carries, an error too. @see Microsoft Graph: response headers */
export function setCommonHeaders ({ id, raw }: FastifyRequest, reply: FastifyReply): void {
  const ids = toRequestIds(id, raw)
  void reply
    .header('request-id', ids['request-id'])
    .header('client-request-id', ids['client-request-id'])
    .header('odata-version', contractHeaders['odata-version'])
    .header('cache-control', contractHeaders['cache-control'])
}
