import type {} from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { channels } from '../channels.js'
import type { StoreCall, StoreMethod } from '../channels.js'
import type { CommitOutcome } from '../storage/store.js'
import { alwaysAnswers } from './always-answers.js'
import { follow, followStoreCalls } from './follow.js'
import type {} from './storage.js'

export interface MetricsOptions {
  /** Where the metrics go, for an application that shows metrics of its own. */
  readonly registry?: Registry
}

/** How calls of a store end beside `ok`, `conflict` and `error`, by the name of what they threw. */
const outcomes: ReadonlyMap<unknown, string> = new Map([
  ['StoreUnavailableError', 'unavailable'], ['StoreFullError', 'full'], ['OutcomeUnknownError', 'unknown'], ['ScanLimitError', 'refused']
])

function toOutcome (call: StoreCall): string {
  if ('error' in call) return outcomes.get((call.error as Error | undefined)?.name) ?? 'error'
  return call.method === 'commit' && !(call.result as CommitOutcome).committed ? 'conflict' : 'ok'
}

/** What `make` makes of labels, made once for each set of them. */
function perLabels<C> (make: (...labels: string[]) => C): (...labels: string[]) => C {
  const made = new Map<string, C>()
  return (...labels) => {
    const key = labels.join(' ')
    const child = made.get(key) ?? make(...labels)
    made.set(key, child)
    return child
  }
}

const seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

function countRequests (app: FastifyInstance, registers: Registry[]): void {
  const requests = new Counter({ name: 'graph_operations_http_requests_total', help: 'Requests that were answered.', labelNames: ['method', 'route', 'status'], registers })
  const durations = new Histogram({ name: 'graph_operations_http_request_duration_seconds', help: 'From the arrival of a request to the end of its answer.', labelNames: ['method', 'route'], buckets: seconds, registers })
  const requestsOf = perLabels((method, route, status) => requests.labels(method, route, status))
  const durationsOf = perLabels((method, route) => durations.labels(method, route))
  app.addHook('onResponse', (request, reply, done) => {
    const { method, is404 } = request
    // a URL that no route has is anybody's invention
    const route = (is404 ? undefined : request.routeOptions.url) ?? 'unmatched'
    requestsOf(method, route, String(reply.statusCode)).inc()
    durationsOf(method, route).observe(reply.elapsedTime / 1_000)
    done()
  })
}

/** Gives back what ends it. */
function countStoreCalls (app: FastifyInstance, registers: Registry[]): () => void {
  const store = app.operationStore
  const pending = new Map<StoreMethod, number>()
  const durations = new Histogram({ name: 'graph_operations_store_call_duration_seconds', help: 'Calls of the store, by what came of them.', labelNames: ['method', 'outcome'], buckets: seconds, registers })
  const durationsOf = perLabels((method, outcome) => durations.labels(method, outcome))
  const add = (method: StoreMethod, one: 1 | -1): void => { pending.set(method, (pending.get(method) ?? 0) + one) }
  new Gauge({
    name: 'graph_operations_store_pending_calls',
    help: 'Calls of the store that are not answered yet; those of commit are the length of its queue.',
    labelNames: ['method'],
    registers,
    collect () {
      for (const [method, calls] of pending) this.set({ method }, calls)
    }
  })
  return followStoreCalls((call) => {
    const { method } = call
    if (call.store !== store) return undefined
    const start = performance.now()
    add(method, 1)
    return () => {
      add(method, -1)
      durationsOf(method, toOutcome(call)).observe((performance.now() - start) / 1_000)
    }
  })
}

/** Gives back what ends it. */
function countWrites (app: FastifyInstance, registers: Registry[]): ReadonlyArray<() => void> {
  const store = app.operationStore
  const sizes = new Histogram({ name: 'graph_operations_commit_batch_size', help: 'Commits that were written in one transaction.', buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256], registers })
  const durations = new Histogram({ name: 'graph_operations_commit_batch_duration_seconds', help: 'How long such a transaction took.', buckets: seconds, registers })
  const statuses = new Counter({ name: 'graph_operations_statuses_total', help: 'Operations that took a status.', labelNames: ['type', 'status'], registers })
  const statusesOf = perLabels((type, status) => statuses.labels(type, status))
  return [
    follow(channels.batch, ({ store: written, commits, durationMillis, error }) => {
      if (written !== store || error !== undefined) return
      sizes.observe(commits)
      durations.observe(durationMillis / 1_000)
    }),
    follow(channels.status, ({ store: written, type, to }) => {
      if (written === store) statusesOf(type, to).inc()
    })
  ]
}

/**
 * Counts what the application and its store do. `GET /metrics` shows it in Prometheus' text format, with metrics of
 * the process; where there is a `registry`, the metrics go there, and showing them is the host's.
 * Registered after the plugin of the operations, in the same scope.
 */
export const metricsPlugin = fp(async (app: FastifyInstance, { registry: given }: MetricsOptions) => {
  const registry = given ?? new Registry()
  countRequests(app, [registry])
  const endings = [countStoreCalls(app, [registry]), ...countWrites(app, [registry])]
  app.addHook('onClose', async () => { for (const end of endings) end() })
  if (given !== undefined) return
  collectDefaultMetrics({ register: registry })
  app.get('/metrics', { schema: { hide: true }, config: alwaysAnswers }, async (_request, reply) => await reply.type(registry.contentType).send(await registry.metrics()))
}, { name: 'fastify-graph-operations-metrics', decorators: { fastify: ['operationStore'] } })
