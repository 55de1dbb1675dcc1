import type { Payload } from '../../operations/index.js'
import { andThen } from '../../storage/awaitable.js'
import { sendWritten } from '../http/answers.js'
import { toEntityUrl } from '../http/links.js'
import { parseIfMatch } from '../http/preconditions.js'
import { toCollection } from '../mount.js'
import type { OperationRoute } from '../route.js'
import { update } from './update.js'

export const updateCollection: OperationRoute = {
  ...update,
  verb: 'updateInCollection',
  summary: 'Update an operation of the collection',
  description: 'A partial update of the operation that `id` in the body names; without `id`, of the collection\'s only operation. `Content-Location` says which one it was.',
  successes: update.successes.map((success) => ({ ...success, headers: ['Content-Location', ...success.headers] })),
  handle: (mount, row) => (request, reply) => {
    const precondition = parseIfMatch(request.headers['if-match'])
    return andThen(mount.domain.updateInCollection(toCollection(row, request), request.body as Payload, precondition), (record) => {
      void reply.header('content-location', toEntityUrl(mount, row, request, record.id))
      return sendWritten(mount, row, request, reply, record)
    })
  }
}
