import type { FastifyInstance } from 'fastify'

/** Real site ids have over 100 characters, Fastify's own limit; an owner's id may have so many. */
export const parameterLength = 256

/** Warns when the host's router would refuse ids that the contract takes: a plugin cannot change that. */
export function checkParameterLength (app: FastifyInstance): void {
  const { maxParamLength, routerOptions } = app.initialConfig as { maxParamLength: number, routerOptions?: { maxParamLength: number } }
  const limit = Math.max(routerOptions?.maxParamLength ?? 0, maxParamLength)
  if (limit >= parameterLength) return
  app.log.warn(`fastify-graph-operations: this application's maxParamLength is ${limit}, and real site ids are longer; make it with Fastify(recommendedServerOptions)`)
}
