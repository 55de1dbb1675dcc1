import type { FastifyRequest } from 'fastify'
import { nameOf } from '../../schemas/type-set.js'
import type { OperationRecord } from '../../storage/store.js'
import type { CollectionRow } from '../collection.js'
import type { Mount } from '../mount.js'
import { parametersOf, principalOf } from '../mount.js'

function fill (url: string, request: FastifyRequest): string {
  const parameters = parametersOf(request)
  return url.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(parameters[name] as string))
}

/** Where the mount is, as its clients see it. */
export function toRoot ({ prefix, baseUrl }: Mount, request: FastifyRequest): string {
  // a request of HTTP/1.0 may say no host: then links are relative
  const origin = request.host === '' ? '' : `${request.protocol}://${request.host}`
  return (baseUrl ?? origin) + fill(prefix, request)
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
