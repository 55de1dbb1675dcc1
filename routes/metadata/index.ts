import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { toCsdlJson } from '../../schemas/csdl/json.js'
import { toCsdlXml } from '../../schemas/csdl/xml.js'
import { hidden, toFallback } from '../fallback.js'
import { getOffer, offers, setOffer } from '../http/format.js'
import { checkHost, toRoot } from '../http/links.js'
import { findVersions } from '../http/preconditions.js'
import { checkIsolation, checkVersions } from '../http/versions.js'
import type { Mount } from '../mount.js'
import { makeQueryReader } from '../reading.js'
import { toDocument } from './document.js'
import { toServiceEntries } from './service.js'

/** A document that is the same for everybody as long as the application runs. */
interface Page {
  readonly body: string
  /** What its entity tag has in quotes. */
  readonly version: string
}

const cacheControl = 'public, max-age=300'

function toPage (body: string): Page {
  return { body, version: createHash('sha256').update(body).digest('base64url') }
}

/** @see RFC 9110, 13.1.2 */
function isKnown ({ headers }: FastifyRequest, version: string): boolean {
  const versions = findVersions(headers['if-none-match'] ?? '')
  return versions === '*' || versions?.includes(version) === true
}

function toRoute (url: string, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>): RouteOptions {
  const readQuery = makeQueryReader([])
  return {
    method: 'GET',
    url,
    exposeHeadRoute: true,
    config: { swaggerTransform: false },
    schema: hidden,
    preValidation: async (request) => {
      checkHost(request)
      checkVersions(request)
      checkIsolation(request)
      readQuery(request)
    },
    handler
  }
}

/** `$metadata`, made once. @see OData 4.01 Part 1, 11.1.2 */
function toMetadataHandler (pages: Readonly<Record<string, Page>>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const offer = getOffer(request, offers.metadata)
    const { body, version } = pages[offer.subtype] as Page
    setOffer(reply, offer)
    void reply.headers({ etag: `"${version}"`, 'cache-control': cacheControl })
    return isKnown(request, version) ? await reply.code(304).send() : await reply.send(body)
  }
}

/** @see OData 4.01 Part 1, 11.1.1; OData JSON Format 4.01, 5 */
function toServiceHandler (mount: Mount, value: ReturnType<typeof toServiceEntries>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const offer = getOffer(request, offers.json)
    setOffer(reply, offer)
    const context = offer.level === 'none' ? {} : { '@odata.context': `${toRoot(mount, request)}/$metadata` }
    return await reply.send(JSON.stringify({ ...context, value }))
  }
}

/** What describes a mount, for everybody: `$metadata` and, at its root, the service document. */
export function registerMetadata (app: FastifyInstance, mount: Mount): void {
  const { document, unsaid } = toDocument(mount)
  if (unsaid.length > 0) app.log.info(`fastify-graph-operations: $metadata has no words for the paths ${unsaid.join(', ')}; their routes and types are there`)
  const routes = [
    toRoute('/$metadata', toMetadataHandler({ xml: toPage(toCsdlXml(document)), json: toPage(toCsdlJson(document)) })),
    ...(mount.hasRoot ? [toRoute('/', toServiceHandler(mount, toServiceEntries(document)))] : [])
  ]
  for (const route of routes) {
    app.route(route)
    app.route(toFallback(app, route.url, [{ method: 'GET' }]))
  }
}
