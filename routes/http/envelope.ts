import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { ClientErrorName } from '../../errors.js'
import { clientErrors, GraphError } from '../../errors.js'
import type { ErrorEnvelope } from '../../schemas/error.js'
import { OutcomeUnknownError, ScanLimitError, StoreFullError, StoreUnavailableError } from '../../storage/store.js'
import { ensureCommonHeaders } from './request-ids.js'

/** Graph's clients read errors only from plain JSON. */
export const errorType = 'application/json; charset=utf-8'

/** The kind that stands for a status code another plugin or the framework chose. */
function kindOf (status: number): ClientErrorName {
  const exact = (Object.keys(clientErrors) as ClientErrorName[]).find((kind) => clientErrors[kind].status === status)
  return exact ?? (status >= 400 && status < 500 ? 'invalidRequest' : 'generalException')
}

/** Any error as one a client may see: what is not meant for clients keeps its text to itself. `bodyLimit` is that of the route, in bytes. */
export function toGraphError (error: unknown, bodyLimit = 0): GraphError {
  if (error instanceof GraphError) return error
  if (error instanceof StoreUnavailableError) return new GraphError('serviceNotAvailable')
  if (error instanceof StoreFullError) return new GraphError('quotaLimitReached')
  if (error instanceof OutcomeUnknownError) return new GraphError('outcomeUnknown')
  if (error instanceof ScanLimitError) return new GraphError('invalidRequest', `the query would read more than ${error.limit.toLocaleString('en')} operations, since no index serves it: order by createdDateTime, lastActionDateTime, status or id, or filter by one of them`)
  const { code, statusCode = 500, message } = error as Partial<FastifyError>
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new GraphError('contentTooLarge', `the body must have at most ${bodyLimit.toLocaleString('en')} bytes`)
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new GraphError('unsupportedMediaType')
  const kind = kindOf(statusCode)
  const isClients = statusCode >= 400 && statusCode < 500
  // a 401 never says why
  const said = isClients && statusCode !== 401 ? message : undefined
  return new GraphError(kind, said, { statusCode: isClients || (statusCode >= 500 && statusCode < 600) ? statusCode : 500 })
}

/** Whether something went wrong that the log should have; a request that is refused for too many others did not fail. */
function isFailure ({ statusCode, kind }: GraphError): boolean {
  return statusCode >= 500 && kind !== 'overloaded'
}

/** The body of an error answer. @see OData JSON Format 4.01, 21.1 */
export function toEnvelope (error: GraphError, requestId: string, clientRequestId: string): ErrorEnvelope {
  const { code, message, target, details } = error
  return {
    error: {
      code,
      message,
      ...(target !== undefined && { target }),
      ...(details.length > 0 && { details: details.map((detail) => ({ code, ...detail })) }),
      innerError: { date: new Date().toISOString().slice(0, 19), 'request-id': requestId, 'client-request-id': clientRequestId }
    }
  }
}

/** Answers with an error in Graph's envelope; the common headers are there unless a hook of the host failed before ours. */
export function sendError (error: GraphError, reply: FastifyReply): FastifyReply {
  ensureCommonHeaders(reply.request, reply)
  const requestId = String(reply.getHeader('request-id'))
  const clientRequestId = String(reply.getHeader('client-request-id'))
  return reply
    .code(error.statusCode)
    .headers(error.headers)
    .type(errorType)
    .send(JSON.stringify(toEnvelope(error, requestId, clientRequestId)))
}

/** Answers with whatever was thrown, and tells the log of what failed. */
export function answerError (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = toGraphError(error, request.routeOptions.bodyLimit)
  if (isFailure(answer)) request.log.error({ err: error }, 'request failed')
  return sendError(answer, reply)
}
