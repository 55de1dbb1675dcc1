import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler, preValidationAsyncHookHandler, FastifySchema, RouteOptions } from 'fastify'
import { GraphError, invalidRequest } from '../errors.js'
import { findKey } from '../odata/key.js'
import { isDeltaPayload, parseDelta } from '../odata/delta.js'
import { parseQueryOptions } from '../odata/options.js'
import { checkDepth } from '../operations/index.js'
import { toParametersSchema } from '../schemas/request.js'
import type { CollectionRow } from './collection.js'
import type { Mount } from './mount.js'
import { makeDocumenter } from './documentation/index.js'
import { sendError } from './http/envelope.js'
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

/** Keeps a route out of the host's document. @see @fastify/swagger, `hide` */
const hidden: FastifySchema & { readonly hide: true } = { hide: true }

/** The URLs of every collection, and the routes at each. */
const resources = [
  { suffix: '', withId: false, routes: [list, create, updateCollection] },
  { suffix: '/$count', withId: false, routes: [count] },
  { suffix: '/:id', withId: true, routes: [get, update, remove] }
] as const

type Resource = (typeof resources)[number]

/** `…/operations/x` as clients that write keys in parentheses address it: `…/operations('x')`. */
function toParenthesised (url: string): string {
  return url.replace(/\/operations\/:id$/, "/:id(^operations\\(.+\\)$)")
}

/** A key in parentheses becomes the `id` parameter before anything reads it. */
async function unwrapKey (request: FastifyRequest): Promise<void> {
  const parameters = request.params as Record<string, string>
  const segment = parameters['id'] as string
  parameters['id'] = findKey(segment) ?? segment
}

/** What stands behind the `?` of a URL. */
function toQueryText (url: string): string {
  const start = url.indexOf('?')
  return start === -1 ? '' : url.slice(start + 1)
}

/**
 * Reads the body of a route; a delta payload becomes the list of its changes, which no operation is.
 * @throws invalidRequest for a delta payload where none is expected: it must not be taken for an operation's members
 */
function makeBodyHook ({ domain }: Mount, { type }: CollectionRow, { body, takesDelta }: OperationRoute): preValidationAsyncHookHandler[] {
  if (body === undefined) return []
  const { read, parse } = domain.bodyRules(type)
  return [async (request) => {
    if (!isDeltaPayload(request.body)) {
      // what may be a list has no schema of one shape
      request.body = takesDelta ? parse(request.body, body) : read(request.body)
      return
    }
    if (!takesDelta) throw invalidRequest([{ target: '', message: 'a delta payload updates a collection: send it in a PATCH of the collection' }])
    checkDepth(request.body)
    request.body = parseDelta(request.body)
  }]
}

function toRouteOptions (mount: Mount, document: ReturnType<typeof makeDocumenter>, row: CollectionRow, resource: Resource, route: OperationRoute): RouteOptions {
  const readQuery = async (request: FastifyRequest): Promise<void> => { request.query = parseQueryOptions(toQueryText(request.url), route.query ?? []) }
  return {
    method: route.method,
    url: `${row.url}${resource.suffix}`,
    exposeHeadRoute: true,
    bodyLimit,
    config: { swaggerTransform: document(row, resource.withId, route) },
    schema: {
      params: toParametersSchema(row.parameters, resource.withId),
      ...(route.body && !route.takesDelta && { body: mount.domain.bodyRules(row.type).schemas[route.body] })
    },
    onRequest: [mount.guard(row, route.action)],
    preValidation: [readQuery, ...makeBodyHook(mount, row, route)],
    handler: route.handle(mount, row)
  }
}

/**
 * What a URL of ours answers to other methods: OPTIONS with what there is, the others with 405. Decided
 * before authentication and before any body is looked at.
 * @see RFC 9110, 15.5.6
 */
function toFallback (app: FastifyInstance, url: string, routes: readonly OperationRoute[]): RouteOptions {
  const methods = routes.flatMap(({ method }) => method === 'GET' ? ['GET', 'HEAD'] : [method])
  const allow = [...methods, 'OPTIONS'].join(', ')
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (request.method === 'OPTIONS') return await reply.code(204).header('allow', allow).send()
    return await sendError(new GraphError('methodNotAllowed', `${request.method} is not allowed here`, { headers: { allow } }), reply)
  }
  return {
    method: app.supportedMethods.filter((method) => !methods.includes(method)),
    url,
    config: { swaggerTransform: false },
    schema: hidden,
    onRequest: answer,
    handler: answer
  }
}

/** Every route of every collection of a mount. */
export function registerRoutes (app: FastifyInstance, mount: Mount): void {
  const document = makeDocumenter(mount)
  for (const row of mount.rows) {
    for (const resource of resources) {
      const url = `${row.url}${resource.suffix}`
      const options = resource.routes.map((route) => toRouteOptions(mount, document, row, resource, route))
      const every = [...options, toFallback(app, url, resource.routes)]
      for (const option of every) app.route(option)
      const parenthesised = toParenthesised(url)
      if (parenthesised === url) continue
      for (const option of every) {
        const onRequest = [unwrapKey, option.onRequest].flat() as onRequestAsyncHookHandler[]
        app.route({ ...option, url: parenthesised, config: { swaggerTransform: false }, schema: Object.assign({}, option.schema, hidden), onRequest })
      }
    }
  }
}
