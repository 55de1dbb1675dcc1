import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OperationRecord } from '../../storage/store.js'
import type { CollectionRow } from '../collection.js'
import type { Mount } from '../mount.js'
import type { Format } from './format.js'
import { getOffer, offers, setOffer } from './format.js'
import { toEntityContext, toEntityUrl } from './links.js'
import { toEntityTag } from './preconditions.js'
import { parseReturn } from './prefer.js'
import type { BodyOptions } from './representation.js'
import { toEntityBody } from './representation.js'

/** What the body of an answer is to be like. */
export function toBodyOptions (mount: Mount, row: CollectionRow, request: FastifyRequest, format: Format, context: string): BodyOptions {
  return { context, format, types: mount.domain.types, toUrl: (id) => toEntityUrl(mount, row, request, id) }
}

/** Answers with the operation and its entity tag. */
export function sendEntity (mount: Mount, row: CollectionRow, request: FastifyRequest, reply: FastifyReply, record: OperationRecord): FastifyReply {
  const offer = getOffer(request, offers.json)
  setOffer(reply, offer)
  return reply
    .header('etag', toEntityTag(record.version))
    .send(toEntityBody(record, toBodyOptions(mount, row, request, offer, toEntityContext(mount, row, request, record))))
}

/**
 * Answers a write with the operation, or with 204 where `Prefer: return=minimal` asks for it.
 * @see OData 4.01 Part 1, 8.2.8.7
 */
export function sendWritten (mount: Mount, row: CollectionRow, request: FastifyRequest, reply: FastifyReply, record: OperationRecord): FastifyReply {
  const preference = parseReturn(request)
  if (preference !== undefined) void reply.header('preference-applied', `return=${preference}`)
  if (preference === 'minimal') return reply.code(204).header('etag', toEntityTag(record.version)).send()
  return sendEntity(mount, row, request, reply, record)
}
