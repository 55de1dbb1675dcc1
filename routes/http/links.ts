import type { FastifyRequest } from 'fastify'
import { invalidRequest } from '../../errors.js'
import { nameOf } from '../../schemas/type-set.js'
import type { OperationRecord } from '../../storage/store.js'
import type { CollectionRow } from '../collection.js'
import type { Mount } from '../mount.js'
import { parametersOf, principalOf } from '../mount.js'
import { toFilled } from '../template.js'
import { countHeader } from './raw-headers.js'
import { remembered } from './remembered.js'

/** What fills in a path as Fastify writes it; there are as many as routes. */
const toFill = remembered((path) => toFilled(path, /:(\w+)/))

function fill (url: string, request: FastifyRequest): string {
  const parameters = parametersOf(request)
  return toFill(url)((name) => encodeURIComponent(parameters[name] as string))
}

const absoluteForm = /^https?:\/\/([^/?#]*)/i

/** Of the host that a proxy names, that of the whole URL where the request has one, and that of `Host`. @see RFC 9112, 3.2.2 */
function toOrigin (request: FastifyRequest): string {
  const { host, headers, originalUrl, protocol } = request
  const [, authority = host] = host === headers.host ? absoluteForm.exec(originalUrl) ?? [] : []
  // a request of HTTP/1.0 may say no host: then links are relative
  return authority === '' ? '' : `${protocol}://${authority}`
}

const origin = /^https?:\/\/(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]+)(?::\d*)?$/i

/** Whether links can begin with it. */
const isOrigin = remembered((text) => text === '' || (origin.test(text) && URL.canParse(text)))

/**
 * Whether links can be made of what a request says of its host.
 * @throws invalidRequest
 * @see RFC 9112, 3.2
 */
export function checkHost (request: FastifyRequest): void {
  if (countHeader(request.raw, 'host') <= 1 && isOrigin(toOrigin(request))) return
  throw invalidRequest([{ target: 'Host', message: 'Host must be the name of one host, with or without a port, such as graph.example.com' }])
}

/** Where the mount is, as its clients see it. */
export function toRoot ({ prefix, baseUrl }: Mount, request: FastifyRequest): string {
  return (baseUrl ?? toOrigin(request)) + fill(prefix, request)
}

/** The URL of the collection a request is about. */
export function toCollectionUrl (mount: Mount, row: CollectionRow, request: FastifyRequest): string {
  return toRoot(mount, request) + fill(row.url, request)
}

/** The canonical URL of an operation. */
export function toEntityUrl (mount: Mount, row: CollectionRow, request: FastifyRequest, id: string): string {
  return `${toCollectionUrl(mount, row, request)}/${id}`
}

/** @see OData 4.01 Part 1, 10.2 */
export function toCollectionContext (mount: Mount, row: CollectionRow, request: FastifyRequest): string {
  return `${toRoot(mount, request)}/$metadata#${row.toContext(parametersOf(request), principalOf(request))}`
}

/** A type below the declared one is named in the context. @see OData 4.01 Part 1, 10.5 and 10.6 */
export function toEntityContext (mount: Mount, row: CollectionRow, request: FastifyRequest, { type }: OperationRecord, selectList: string): string {
  const cast = type === nameOf(row.type) ? '' : `/${type}`
  return `${toCollectionContext(mount, row, request)}${cast}${selectList}/$entity`
}
