import type { Payload } from '../../operations/index.js'
import { andThen } from '../../storage/awaitable.js'
import { sendWritten } from '../http/answers.js'
import { toEntityUrl } from '../http/links.js'
import { parsePreferences } from '../http/prefer.js'
import { toCollection } from '../mount.js'
import type { OperationRoute } from '../route.js'

export const create: OperationRoute = {
  verb: 'create',
  method: 'POST',
  action: 'create',
  summary: 'Create an operation',
  description: '`id` and `createdDateTime` are chosen by the service unless given, and an operation without a status is NotStarted. `@odata.type` may name a type derived from the declared one; it stays the type of the operation.',
  body: 'create',
  requestHeaders: ['Prefer'],
  successes: [
    { status: 201, description: 'The created operation.', body: 'entity', headers: ['ETag', 'Location', 'Preference-Applied'] },
    { status: 204, description: 'The operation was created; `Prefer: return=minimal` asked for no more.', headers: ['ETag', 'Location', 'OData-EntityId', 'Preference-Applied'] }
  ],
  errors: ['invalidRequest', 'nameAlreadyExists', 'contentTooLarge', 'unsupportedMediaType'],
  handle: (mount, row) => (request, reply) =>
    andThen(mount.domain.create(toCollection(row, request), row.type, request.body as Payload), (record) => {
      const url = toEntityUrl(mount, row, request, record.id)
      void reply.code(201).header('location', url)
      // @see OData 4.01 Part 1, 8.3.4
      if (parsePreferences(request).return === 'minimal') void reply.header('odata-entityid', url)
      return sendWritten(mount, row, request, reply, record)
    })
}
