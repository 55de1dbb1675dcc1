import type { FastifyReply, FastifyRequest, onRequestHookHandler, preParsingHookHandler } from 'fastify'
import { isPromise } from '../storage/awaitable.js'
import type { Awaitable } from '../storage/store.js'

/** A step before the handler of a request. @throws what the request is refused with */
export type Step = (request: FastifyRequest, reply: FastifyReply) => Awaitable<void>

/** The framework lets a request on when what is thrown at once is `undefined`, or anything else that is falsy. */
function attempt (step: Step, request: FastifyRequest, reply: FastifyReply): Awaitable<void> {
  try {
    return step(request, reply)
  } catch (error) {
    throw Boolean(error) ? error : new Error(`${String(error)} was thrown`)
  }
}

/** What the framework has to wait for, if anything: then it is not told that the step is over. */
function run (step: Step, request: FastifyRequest, reply: FastifyReply, done: () => void): unknown {
  const pending = attempt(step, request, reply)
  if (isPromise(pending)) return pending
  done()
  return undefined
}

/** A hook of a step: what is done at once keeps no request waiting for a promise. @see Fastify, Hooks */
export function toHook (step: Step): onRequestHookHandler {
  return (request, reply, done) => run(step, request, reply, done)
}

/** The same before the body is read. */
export function toPreParsingHook (step: Step): preParsingHookHandler {
  return (request, reply, _payload, done) => run(step, request, reply, done)
}
