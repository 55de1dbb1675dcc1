import type * as OpenTelemetry from '@opentelemetry/api'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { StoreCall } from '../channels.js'
import { followStoreCalls } from './follow.js'

type Api = typeof OpenTelemetry

export interface TracingOptions {
  readonly load?: () => Promise<unknown>
}

/** OpenTelemetry's API, where the host has it. */
async function findApi (load: () => Promise<unknown>): Promise<Api | undefined> {
  try {
    return await load() as Api
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

const tracerName = 'fastify-graph-operations'

/** Whether anybody takes spans: until then the API has a stand-in. */
function hasProvider ({ trace, ProxyTracerProvider }: Api): boolean {
  const provider = trace.getTracerProvider()
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(tracerName) !== undefined
}

/** @see OpenTelemetry Semantic Conventions, Database client spans */
function followWithSpans ({ trace, SpanKind, SpanStatusCode }: Api): () => void {
  const tracer = trace.getTracer(tracerName)
  return followStoreCalls((call: StoreCall) => {
    const { method, store: { system } } = call
    const span = tracer.startSpan(`operations.store ${method}`, {
      kind: SpanKind.CLIENT,
      attributes: { 'db.operation.name': method, 'db.collection.name': 'operations', ...(system !== undefined && { 'db.system.name': system }) }
    })
    return () => {
      if ('error' in call) {
        const error = call.error as Error | undefined
        span.recordException(error ?? 'nothing')
        span.setAttribute('error.type', error?.name ?? '_OTHER')
        span.setStatus({ code: SpanStatusCode.ERROR })
      }
      span.end()
    }
  })
}

// the provider is the process' own: applications that run beside each other must not make each span twice
let users = 0
let unfollow: (() => void) | undefined

/** Makes a span of each call of a store while an application with a tracer provider runs. */
export const tracingPlugin = fp(async (app: FastifyInstance, { load = async () => await import('@opentelemetry/api') }: TracingOptions) => {
  const api = await findApi(load)
  if (api === undefined) return
  let isUser = false
  app.addHook('onReady', async () => {
    isUser = hasProvider(api)
    if (!isUser) return
    users += 1
    unfollow ??= followWithSpans(api)
  })
  app.addHook('onClose', async () => {
    if (!isUser) return
    users -= 1
    if (users > 0) return
    unfollow?.()
    unfollow = undefined
  })
}, { name: 'fastify-graph-operations-tracing' })
