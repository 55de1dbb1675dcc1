import { getHeapStatistics } from 'node:v8'
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { GraphError } from '../errors.js'
import { toOwnerId } from '../schemas/owner-id.js'

/** How much is too much. */
export interface OverloadOptions {
  /** Requests of one tenant in a minute; 0 for any number. */
  readonly requestsPerMinute: number
  /** A loop that is so late, on average over a second, answers nobody in time. Default 1,000. */
  readonly lateMillis?: number
  /** How long after the start that does not count: the loop was late while the program was loaded. Default 3,000. */
  readonly settlingMillis?: number
}

/** So many that nobody drives a tenant out of the table by asking from ever new addresses, but with more requests than are won. */
const limitedCallers = 100_000

/** The log says so once in a while, not once for every request. */
const tellMillis = 10_000

/** A loop that is late for no longer had a pause: its machine had something else to do. */
const pauseMillis = 1_500

/** What is measured is measured once a second: requests that meet a late loop further apart may have met two pauses. */
const sameMillis = 2_000

/** The part of the heap that may be used before requests are refused. */
const fullHeap = 0.9

/** What is limited together: the requests of a tenant, and those of an address where there is no tenant yet. */
function toLimited ({ operationsPrincipal, ip }: FastifyRequest): string {
  return operationsPrincipal ? `tenant ${toOwnerId(operationsPrincipal.tenant)}` : `address ${normalizeIP(ip)}`
}

/** Tells whether the loop has been late for longer than a pause, each time that it is found to be late. */
function makeLateness (): (now: number) => boolean {
  let since = Number.NEGATIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  return (now) => {
    if (now - last > sameMillis) since = now
    last = now
    return now - since >= pauseMillis
  }
}

/**
 * Refuses what the server cannot take: 503 while its loop is late or its memory full, 429 for a tenant that
 * asks too often, both with `Retry-After`; how much a tenant has left is in `RateLimit` headers. It has to be
 * registered before the routes.
 */
export const overloadPlugin = fp(async (app: FastifyInstance, { requestsPerMinute, lateMillis = 1_000, settlingMillis = 3_000 }: OverloadOptions) => {
  let listeningSince = Number.POSITIVE_INFINITY
  let toldAt = Number.NEGATIVE_INFINITY
  const staysLate = makeLateness()
  app.addHook('onListen', async () => { listeningSince = Date.now() })
  await app.register(underPressure, {
    maxEventLoopDelay: lateMillis,
    maxHeapUsedBytes: Math.floor(getHeapStatistics().heap_size_limit * fullHeap),
    pressureHandler (_request, _reply, type, value) {
      const now = Date.now()
      if (now - listeningSince < settlingMillis || (type === underPressure.TYPE_EVENT_LOOP_DELAY && !staysLate(now))) return
      if (now - toldAt >= tellMillis) {
        toldAt = now
        app.log.warn({ [type]: value }, 'requests are refused: the server has more to do than it can')
      }
      throw new GraphError('overloaded')
    }
  })
  if (requestsPerMinute === 0) return
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: '1 minute',
    cache: limitedCallers,
    enableDraftSpec: true,
    keyGenerator: toLimited,
    errorResponseBuilder: () => new GraphError('activityLimitReached')
  })
}, { name: 'fastify-graph-operations-overload' })
