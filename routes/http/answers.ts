import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Selection } from '../../odata/select.js'
import type { OperationRecord } from '../../storage/store.js'
import type { CollectionRow } from '../collection.js'
import type { Mount } from '../mount.js'
import type { Format } from './format.js'
import { addVary, getOffer, offers, setOffer } from './format.js'
import { toEntityContext, toEntityUrl } from './links.js'
import { toEntityTag } from './preconditions.js'
import { addPreferenceApplied, parsePreferences } from './prefer.js'
import type { BodyOptions } from './representation.js'
import { toEntityBody } from './representation.js'
import { selectMembers, toSelectList } from './selection.js'

/** What the body of an answer is to be like. */
export function toBodyOptions (mount: Mount, row: CollectionRow, request: FastifyRequest, format: Format, context: string): BodyOptions {
  return { context, format, types: mount.domain.types, toUrl: (id) => toEntityUrl(mount, row, request, id) }
}

/** Answers with the operation, or what is selected of it, and its entity tag. */
export function sendEntity (mount: Mount, row: CollectionRow, request: FastifyRequest, reply: FastifyReply, record: OperationRecord, selection?: Selection): FastifyReply {
  const offer = getOffer(request, offers.json)
  setOffer(reply, offer)
  return reply
    .header('etag', toEntityTag(record.version))
    .send(toEntityBody(selectMembers(record, selection), toBodyOptions(mount, row, request, offer, toEntityContext(mount, row, request, record, toSelectList(selection)))))
}

/**
 * Answers a write with the operation, or with 204 where `Prefer: return=minimal` asks for it.
 * @see OData 4.01 Part 1, 8.2.8.7
 */
export function sendWritten (mount: Mount, row: CollectionRow, request: FastifyRequest, reply: FastifyReply, record: OperationRecord): FastifyReply {
  const { return: preference } = parsePreferences(request)
  if (preference !== undefined) addPreferenceApplied(reply, `return=${preference}`)
  if (preference === 'minimal') return reply.code(204).header('etag', toEntityTag(record.version)).send()
  return sendEntity(mount, row, request, reply, record)
}

/** Answers a create, in the same way, with the URL of the operation. @see OData 4.01 Part 1, 8.3.4 */
export function sendCreated (mount: Mount, row: CollectionRow, request: FastifyRequest, reply: FastifyReply, record: OperationRecord): FastifyReply {
  const url = toEntityUrl(mount, row, request, record.id)
  void reply.code(201).header('location', url)
  if (parsePreferences(request).return === 'minimal') void reply.header('odata-entityid', url)
  return sendWritten(mount, row, request, reply, record)
}

/** Answers a reader who has this state already. @see RFC 9110, 15.4.5 */
export function sendNotModified (reply: FastifyReply, { version }: OperationRecord): FastifyReply {
  addVary(reply, 'Accept')
  return reply.code(304).header('etag', toEntityTag(version)).send()
}
