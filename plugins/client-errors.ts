import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { maxHeaderSize, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyInstance } from 'fastify'
import { GraphError } from '../errors.js'
import { errorType, toEnvelope } from '../routes/http/envelope.js'
import { contractHeaders } from '../routes/http/request-ids.js'

/** What Node's parser complains of, before there is a request. @see Node.js, Event: 'clientError' */
function toClientError ({ code }: ConnectionError): GraphError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW': return new GraphError('invalidRequest', `the headers must have at most ${maxHeaderSize.toLocaleString('en')} bytes`, { statusCode: 431 })
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW': return new GraphError('contentTooLarge', 'the chunk extensions of the body are too long')
    case 'ERR_HTTP_REQUEST_TIMEOUT': return new GraphError('invalidRequest', 'the request took too long to arrive', { statusCode: 408 })
    default: return new GraphError('invalidRequest', 'the request is not valid HTTP')
  }
}

function toAnswer (error: GraphError): string {
  const requestId = randomUUID()
  const body = JSON.stringify(toEnvelope(error, requestId, requestId))
  return [
    `HTTP/1.1 ${error.statusCode} ${STATUS_CODES[error.statusCode] as string}`,
    `content-type: ${errorType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `request-id: ${requestId}`,
    `client-request-id: ${requestId}`,
    `date: ${new Date().toUTCString()}`,
    ...Object.entries(contractHeaders).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
    '',
    body
  ].join('\r\n')
}

type HttpSocket = Socket & { _httpMessage?: ServerResponse }

/**
 * Answers what is no HTTP request, in Graph's envelope, and ends the connection. A request before it on the same
 * connection has its own answer first. @see RFC 9112, 9.3.2
 */
export function handleClientError (this: FastifyInstance, error: ConnectionError, socket: HttpSocket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  this.log.debug({ err: error }, 'what came is no HTTP request')
  const end = (): void => { socket.end(toAnswer(toClientError(error)), () => { socket.destroy() }) }
  const current = socket._httpMessage
  if (current?.req.complete === true) current.once('finish', end)
  // an answer that has begun would take ours for a part of it
  else if (current?.headersSent === true) socket.destroy()
  else end()
}
