import type { FastifyReply, FastifyRequest } from 'fastify'
import { invalidRequest } from '../errors.js'
import { isDeltaPayload, parseDelta } from '../odata/delta.js'
import { findReferenced } from '../odata/entity-id.js'
import type { OptionName, QueryOptions } from '../odata/options.js'
import { parseQueryOptions } from '../odata/options.js'
import { checkDepth } from '../operations/index.js'
import type { CollectionRow } from './collection.js'
import { addVary, getOffer, offers } from './http/format.js'
import { checkIsolation, checkVersions } from './http/versions.js'
import { checkHost, toCollectionUrl, toRoot } from './http/links.js'
import { remembered } from './http/remembered.js'
import type { Mount } from './mount.js'
import type { OperationRoute } from './route.js'

/** A step of reading a request, before its body is validated. */
type Reader = (request: FastifyRequest, reply: FastifyReply) => void

/**
 * Makes what reads the text behind the `?` of the URL, whatever the host's parser made of it.
 * @throws invalidRequest
 */
export function makeQueryReader (supported: readonly OptionName[]): (request: FastifyRequest) => void {
  const parse = (text: string): QueryOptions => Object.freeze(parseQueryOptions(text, supported))
  const parseOnce = remembered(parse)
  return (request) => {
    const { url } = request
    const start = url.indexOf('?')
    const text = start === -1 ? '' : url.slice(start + 1)
    // the link of a page is followed once
    request.query = text.includes('skiptoken') ? parse(text) : parseOnce(text)
  }
}

/**
 * Reads the body of a route; a delta payload becomes the list of its changes, which no operation is.
 * @throws invalidRequest for a delta payload where none is expected: it must not be taken for an operation's members
 */
function toBodyReader (mount: Mount, row: CollectionRow, body: NonNullable<OperationRoute['body']>, takesDelta: boolean): Reader {
  const { read, parse } = mount.domain.bodyRules(row.type)
  return (request) => {
    if (!isDeltaPayload(request.body)) {
      // what may be a list has no schema of one shape
      request.body = takesDelta ? parse(request.body, body) : read(request.body)
      return
    }
    if (!takesDelta) throw invalidRequest([{ target: '', message: 'a delta payload updates a collection: send it in a PATCH of the collection' }])
    checkDepth(request.body)
    request.body = parseDelta(request.body, (reference) => findReferenced(reference, toCollectionUrl(mount, row, request), toRoot(mount, request)))
  }
}

/**
 * Whether the request can be answered as it wants to be: found out before anything is written.
 * @throws invalidRequest, isolationNotSupported, notAcceptable
 */
function toNegotiation ({ successes, requestHeaders }: OperationRoute): Reader {
  const body = successes.find((success) => success.body !== undefined)?.body
  const hasPrefer = requestHeaders.includes('Prefer')
  return (request, reply) => {
    if (hasPrefer) addVary(reply, 'Prefer')
    checkHost(request)
    checkVersions(request)
    checkIsolation(request)
    if (body !== undefined) getOffer(request, body === 'count' ? offers.count : offers.json)
  }
}

/** How a request of a route is read: what it wants to be answered with, its query options, its body. */
export function toReader (mount: Mount, row: CollectionRow, route: OperationRoute): Reader {
  const { query = [], body, takesDelta = false } = route
  const negotiate = toNegotiation(route)
  const readQuery = makeQueryReader(query)
  const readBody = body && toBodyReader(mount, row, body, takesDelta)
  return (request, reply) => {
    negotiate(request, reply)
    readQuery(request)
    readBody?.(request, reply)
  }
}
