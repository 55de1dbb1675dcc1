import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler, RouteOptions } from 'fastify'
import { GraphError } from '../errors.js'
import { findKey } from '../odata/key.js'
import { isDeltaPayload } from '../odata/delta.js'
import { toParametersSchema, toQuerySchema } from '../schemas/request.js'
import type { CollectionRow } from './collection.js'
import type { Mount } from './mount.js'
import { makeDocumenter } from './documentation/index.js'
import { hidden, toFallback } from './fallback.js'
import { getOffer, offers } from './http/format.js'
import { checkVersions } from './http/versions.js'
import { registerMetadata } from './metadata/index.js'
import { count } from './operations/count.js'
import { create } from './operations/create.js'
import { get } from './operations/get.js'
import { list } from './operations/list.js'
import { remove } from './operations/remove.js'
import { update } from './operations/update.js'
import { updateCollection } from './operations/update-collection.js'
import type { OperationRoute } from './route.js'

/** Bytes a body may have. */
export const bodyLimit = 65_536

/** The URLs of every collection, and the routes at each. */
const resources = [
  { suffix: '', withId: false, routes: [list, create, updateCollection] },
  { suffix: '/$count', withId: false, routes: [count] },
  { suffix: '/:id', withId: true, routes: [get, update, remove] }
] as const

type Resource = (typeof resources)[number]

/** A segment with the key of one of its members after it, at the end of a URL or anywhere in it. */
const lastKey = /\/([A-Za-z_]\w*)\/:(\w+)$/
const anyKey = /\/([A-Za-z_]\w*)\/:(\w+)/g

/**
 * The ways to write the URL of a resource: its keys as segments, `…/calls/x/operations/y`, or in parentheses as
 * other clients address them, `…/calls('x')/operations('y')`, or one so and the others so.
 * @see OData 4.01 Part 2, 4.3.1 and 4.3.6
 */
function toSpellings (url: string, suffix: string): string[] {
  // the parameter is what stands after the opening parenthesis
  const parenthesised = '/$1(:$2'
  const urls = [url, url.replace(anyKey, parenthesised)].map((collection) => collection + suffix)
  return [...new Set([...urls, ...urls.map((spelling) => spelling.replace(lastKey, parenthesised))])]
}

/** Keys in parentheses become the parameters of the URL before anything reads them. */
function toUnwrap (url: string): (request: FastifyRequest) => Promise<void> {
  const keys = [...url.matchAll(anyKey)].map(([, segment, parameter]) => [segment, parameter] as [string, string])
  return async (request) => {
    const parameters = request.params as Record<string, string>
    for (const [segment, parameter] of keys) {
      const given = parameters[parameter] as string
      parameters[parameter] = findKey(`${segment}(${given}`, segment) ?? given
    }
  }
}

/** @throws notSupported for a delta payload, which must not be taken for an operation's members. */
async function refuseDelta (request: FastifyRequest): Promise<void> {
  if (isDeltaPayload(request.body)) throw new GraphError('notSupported')
}

/**
 * Whether the request can be answered as it wants to be: found out before anything is written.
 * @throws invalidRequest, notAcceptable
 */
function toNegotiation ({ successes }: OperationRoute): (request: FastifyRequest) => Promise<void> {
  const body = successes.find((success) => success.body !== undefined)?.body
  return async (request) => {
    checkVersions(request)
    if (body !== undefined) getOffer(request, body === 'count' ? offers.count : offers.json)
  }
}

function toRouteOptions (mount: Mount, document: ReturnType<typeof makeDocumenter>, row: CollectionRow, resource: Resource, route: OperationRoute): RouteOptions {
  const bodyRules = mount.domain.bodyRules(row.type)
  const readBody = async (request: FastifyRequest): Promise<void> => { request.body = bodyRules.read(request.body) }
  return {
    method: route.method,
    url: `${row.url}${resource.suffix}`,
    exposeHeadRoute: true,
    bodyLimit,
    config: { swaggerTransform: document(row, resource.withId, route) },
    schema: {
      params: toParametersSchema(row.parameters, resource.withId),
      querystring: toQuerySchema(route.query ?? {}),
      ...(route.body && { body: bodyRules.schemas[route.body] })
    },
    onRequest: [mount.guard(row, route.action)],
    preValidation: [
      toNegotiation(route),
      ...(route.method === 'PATCH' ? [refuseDelta] : []),
      ...(route.body ? [readBody] : [])
    ],
    handler: route.handle(mount, row)
  }
}

/** Every route of every collection of a mount, and what describes them. */
export function registerRoutes (app: FastifyInstance, mount: Mount): void {
  const document = makeDocumenter(mount)
  registerMetadata(app, mount)
  for (const row of mount.rows) {
    for (const resource of resources) {
      const url = `${row.url}${resource.suffix}`
      const options = resource.routes.map((route) => toRouteOptions(mount, document, row, resource, route))
      const every = [...options, toFallback(app, url, resource.routes)]
      for (const option of every) app.route(option)
      const [, ...others] = toSpellings(row.url, resource.suffix)
      const unwrap = toUnwrap(url)
      for (const spelling of others) {
        for (const option of every) {
          const onRequest = [unwrap, option.onRequest].flat() as onRequestAsyncHookHandler[]
          app.route({ ...option, url: spelling, config: { swaggerTransform: false }, schema: Object.assign({}, option.schema, hidden), onRequest })
        }
      }
    }
  }
}
