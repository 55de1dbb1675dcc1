import type { FastifyInstance, onRequestAsyncHookHandler, RouteOptions } from 'fastify'
import { toParametersSchema } from '../schemas/request.js'
import { makeAnswersTogether } from './answers-together.js'
import type { AnswersTogether } from './answers-together.js'
import type { CollectionRow } from './collection.js'
import type { Mount } from './mount.js'
import { makeDocumenter } from './documentation/index.js'
import { hidden, toFallback } from './fallback.js'
import { registerMetadata } from './metadata/index.js'
import { count } from './operations/count.js'
import { create } from './operations/create.js'
import { get } from './operations/get.js'
import { list } from './operations/list.js'
import { remove } from './operations/remove.js'
import { update } from './operations/update.js'
import { updateCollection } from './operations/update-collection.js'
import { toHook, toPreParsingHook } from './hooks.js'
import { toReader } from './reading.js'
import type { OperationRoute } from './route.js'
import { toSpellings, toUnwrap } from './spellings.js'

/** Bytes a body may have. */
export const bodyLimit = 65_536

/** The URLs of every collection, and the routes at each. */
const resources = [
  { suffix: '', withId: false, routes: [list, create, updateCollection] },
  { suffix: '/$count', withId: false, routes: [count] },
  { suffix: '/:id', withId: true, routes: [get, update, remove] }
] as const

type Resource = (typeof resources)[number]

function toRouteOptions (mount: Mount, document: ReturnType<typeof makeDocumenter>, { collect, onSend }: AnswersTogether, row: CollectionRow, resource: Resource, route: OperationRoute): RouteOptions {
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
    onRequest: [toHook(mount.identify)],
    preParsing: toPreParsingHook(mount.guard(row, route.action)),
    preValidation: toHook(toReader(mount, row, route)),
    handler: collect(route.handle(mount, row)),
    onSend
  }
}

/** Every route of every collection of a mount, and what describes them. */
export function registerRoutes (app: FastifyInstance, mount: Mount): void {
  const document = makeDocumenter(mount)
  const together = makeAnswersTogether()
  registerMetadata(app, mount)
  for (const row of mount.rows) {
    for (const resource of resources) {
      const url = `${row.url}${resource.suffix}`
      const options = resource.routes.map((route) => toRouteOptions(mount, document, together, row, resource, route))
      const every = [...options, toFallback(app, url, resource.routes)]
      for (const option of every) app.route(option)
      const [, ...others] = toSpellings(row.url, resource.suffix)
      for (const spelling of others) {
        const unwrap = toUnwrap(spelling)
        for (const option of every) {
          const onRequest = [unwrap, option.onRequest].flat() as onRequestAsyncHookHandler[]
          app.route({ ...option, url: spelling, config: { swaggerTransform: false }, schema: Object.assign({}, option.schema, hidden), onRequest })
        }
      }
    }
  }
}
