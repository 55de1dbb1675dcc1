import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Payload, Precondition, Written } from '../../operations/index.js'
import { andThen } from '../../storage/awaitable.js'
import { sendCreated, sendWritten } from '../http/answers.js'
import { parseChangePrecondition } from '../http/preconditions.js'
import { addPreferenceApplied, parsePreferences } from '../http/prefer.js'
import type { CollectionRow } from '../collection.js'
import type { Mount } from '../mount.js'
import { toKey } from '../mount.js'
import type { OperationRoute } from '../route.js'

/** Whether an update may create what is not there; whoever asks for it must be permitted to create. */
export function mayCreate (request: FastifyRequest, precondition: Precondition | undefined): boolean {
  return parsePreferences(request).createIfMissing || precondition?.noneMatch === '*'
}

/**
 * Answers an update that may have created.
 * @see OData 4.01 Part 1, 11.4.4
 */
export function sendUpserted (mount: Mount, row: CollectionRow, request: FastifyRequest, reply: FastifyReply, { record, isCreated }: Written): FastifyReply {
  if (parsePreferences(request).createIfMissing) addPreferenceApplied(reply, 'create-if-missing')
  return isCreated ? sendCreated(mount, row, request, reply, record) : sendWritten(mount, row, request, reply, record)
}

export const update: OperationRoute = {
  verb: 'update',
  method: 'PATCH',
  action: 'update',
  summary: 'Update an operation',
  description: 'A partial update: absent members stay, null clears, complex members are merged. `id` and `createdDateTime` do not change. `status` moves forward only. Nothing to change makes no new version. An operation that is not there is created, by the rules of a create, with `Prefer: create-if-missing` or `If-None-Match: *`; the latter fails with 412 when it is there.',
  body: 'update',
  requestHeaders: ['If-Match', 'If-None-Match', 'Prefer'],
  successes: [
    { status: 200, description: 'The whole operation after the update.', body: 'entity', headers: ['ETag', 'Preference-Applied'] },
    { status: 201, description: 'The operation was not there and was created.', body: 'entity', headers: ['ETag', 'Location', 'Preference-Applied'] },
    { status: 204, description: 'The operation was updated or created; `Prefer: return=minimal` asked for no more. `Location` and `OData-EntityId` are there when it was created.', headers: ['ETag', 'Location', 'OData-EntityId', 'Preference-Applied'] }
  ],
  errors: ['invalidRequest', 'itemNotFound', 'invalidStatusTransition', 'resourceModified', 'contentTooLarge', 'unsupportedMediaType'],
  handle: (mount, row) => (request, reply) => {
    const { domain } = mount
    const precondition = parseChangePrecondition(mount, request)
    const key = toKey(row, request)
    if (mayCreate(request, precondition)) {
      return andThen(mount.checkPermitted(row, 'create', request), () =>
        andThen(domain.upsert(key, row.type, request.body as Payload, precondition), (written) => sendUpserted(mount, row, request, reply, written)))
    }
    return andThen(domain.update(key, request.body as Payload, precondition), (record) => sendWritten(mount, row, request, reply, record))
  }
}
