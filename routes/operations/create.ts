import type { Payload } from '../../operations/index.js'
import { andThen } from '../../storage/awaitable.js'
import { sendCreated } from '../http/answers.js'
import { parsePrecondition } from '../http/preconditions.js'
import { toCollection } from '../mount.js'
import type { OperationRoute } from '../route.js'

export const create: OperationRoute = {
  verb: 'create',
  method: 'POST',
  action: 'create',
  summary: 'Create an operation',
  description: '`id` and `createdDateTime` are chosen by the service unless given, and an operation without a status is NotStarted. `@odata.type` may name a type derived from the declared one; it stays the type of the operation. With `If-None-Match: *` an id that is taken is answered with 412 instead of 409.',
  body: 'create',
  requestHeaders: ['If-None-Match', 'Prefer'],
  successes: [
    { status: 201, description: 'The created operation.', body: 'entity', headers: ['ETag', 'Location', 'Preference-Applied'] },
    { status: 204, description: 'The operation was created; `Prefer: return=minimal` asked for no more.', headers: ['ETag', 'Location', 'OData-EntityId', 'Preference-Applied'] }
  ],
  errors: ['invalidRequest', 'nameAlreadyExists', 'resourceModified', 'contentTooLarge', 'unsupportedMediaType'],
  handle: (mount, row) => (request, reply) =>
    andThen(mount.domain.create(toCollection(row, request), row.type, request.body as Payload, parsePrecondition(request)), (record) => sendCreated(mount, row, request, reply, record))
}
