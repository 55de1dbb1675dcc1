import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify'
import { toRequestIds } from '../routes/http/request-ids.js'

type ChildLoggerFactory = NonNullable<FastifyServerOptions['childLoggerFactory']>

/** The framework hands over its own id of the request, under the label of the host's choice, and nothing else. */
function toFrameworkId (bindings: object): unknown {
  let id: unknown
  for (const label in bindings) id = (bindings as Readonly<Record<string, unknown>>)[label]
  return id
}

/** A logger of one request: every line has the ids that the answer has. */
export const childLoggerFactory: ChildLoggerFactory = function (logger, bindings, options, raw) {
  return logger.child(toRequestIds(toFrameworkId(bindings), raw), options)
}

/** Puts the ids of the answer into every line of a scope's requests, beside what the host's own loggers say. */
export function bindRequestIds (scope: FastifyInstance): void {
  const inherited = scope.childLoggerFactory
  if (inherited === childLoggerFactory) return
  scope.setChildLoggerFactory((logger, bindings, options, raw): FastifyBaseLogger =>
    inherited.call(scope, logger, { ...bindings, ...toRequestIds(toFrameworkId(bindings), raw) }, options, raw))
}

/** How many causes of an error are told. */
const causeLimit = 5

// pino wants it to have any further members
type LoggedError = {
  readonly type: string
  readonly message: string
  readonly stack: string
  readonly code?: unknown
  readonly cause?: LoggedError
  readonly errors?: readonly LoggedError[]
}

/** What a driver hangs on its errors beside these can be what was to be stored. */
function toLoggedError (error: unknown, causes = causeLimit): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error), stack: '' }
  const { name: type, message, stack = '', cause, code } = error as NodeJS.ErrnoException
  const isDeep = causes === 0
  return {
    type,
    message,
    stack,
    ...(code !== undefined && { code }),
    ...(cause !== undefined && !isDeep && { cause: toLoggedError(cause, causes - 1) }),
    ...(error instanceof AggregateError && !isDeep && { errors: error.errors.slice(0, causeLimit).map((each: unknown) => toLoggedError(each, causes - 1)) })
  }
}

/**
 * For the `logger` of `Fastify(…)`: a request is its method, its path without host and query, which may hold values, and
 * who sent it; an error is its name, its text, its code, where it was thrown and what caused it.
 */
export const logSerializers = Object.freeze({
  req: ({ method, url, ip }: FastifyRequest) => ({ method, path: url.replace(/^https?:\/\/[^/?#]*|[?#].*$/gis, ''), remoteAddress: ip }),
  err: (error: unknown) => toLoggedError(error)
})
