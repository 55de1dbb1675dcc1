import { randomUUID } from 'node:crypto'
import type { FastifyError, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import { GraphError } from '../errors.js'
import { sendError, toGraphError } from '../routes/http/envelope.js'
import { parameterLength } from './parameter-length.js'
import { childLoggerFactory } from './request-log.js'

/**
 * Options for `Fastify(…)` that a plugin cannot set: ids as long as real site ids, an end to requests that
 * never finish arriving, Graph's envelope for URLs that no route sees, and in every line of the log the ids that
 * answers have.
 */
export const recommendedServerOptions = Object.freeze({
  routerOptions: Object.freeze({ maxParamLength: parameterLength }),
  /** Milliseconds. */
  requestTimeout: 30_000,
  genReqId: () => randomUUID(),
  childLoggerFactory,
  frameworkErrors (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) {
    const isTooLong = error.code === 'FST_ERR_MAX_PARAM_LENGTH'
    const answer = isTooLong ? new GraphError('invalidRequest', `an id in the URL must have at most ${parameterLength} characters`) : toGraphError(error)
    void sendError(answer, reply)
  }
} satisfies FastifyServerOptions)

/** For `app.setNotFoundHandler` of an application that has nothing but Graph's URLs. */
export async function graphNotFoundHandler (_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return await sendError(new GraphError('itemNotFound', 'there is nothing at this URL'), reply)
}
