import type { FastifyError, FastifyHttpOptions, FastifyReply, FastifyRequest, RawServerDefault } from 'fastify'
import { GraphError } from '../errors.js'
import { answerError, sendError, toGraphError } from '../routes/http/envelope.js'
import { makeRequestId } from '../routes/http/request-ids.js'
import { handleClientError } from './client-errors.js'
import { parameterLength } from './parameter-length.js'
import { childLoggerFactory } from './request-log.js'

/**
 * Options for `Fastify(…)` that a plugin cannot set: ids as long as real site ids, an end to requests that
 * never finish arriving and to connections where nothing moves, answers in Graph's envelope for what no route
 * sees, none that are cut off while the server closes, and in every line of the log the ids that answers have.
 * All times are milliseconds.
 */
export const recommendedServerOptions = Object.freeze({
  routerOptions: Object.freeze({ maxParamLength: parameterLength }),
  requestTimeout: 30_000,
  connectionTimeout: 60_000,
  /** For `https` they go into its own options. */
  http: Object.freeze({ headersTimeout: 15_000, connectionsCheckingInterval: 5_000 }),
  // what arrives on open connections while the server closes is answered, not refused
  return503OnClosing: false,
  clientErrorHandler: handleClientError,
  genReqId: () => makeRequestId(),
  childLoggerFactory,
  frameworkErrors (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) {
    const isTooLong = error.code === 'FST_ERR_MAX_PARAM_LENGTH'
    const answer = isTooLong ? new GraphError('invalidRequest', `an id in the URL must have at most ${parameterLength} characters`) : toGraphError(error)
    void sendError(answer, reply)
  }
} satisfies FastifyHttpOptions<RawServerDefault>)

/** For `app.setNotFoundHandler` of an application that has nothing but Graph's URLs. */
export async function graphNotFoundHandler (_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return await sendError(new GraphError('itemNotFound', 'there is nothing at this URL'), reply)
}

/** For `app.setErrorHandler` of such an application: its errors, and those of other plugins, in Graph's envelope. */
export const graphErrorHandler = answerError
