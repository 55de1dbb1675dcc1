import type { Payload } from '../../operations/index.js'
import { andThen } from '../../storage/awaitable.js'
import { sendWritten } from '../http/answers.js'
import { parseIfMatch } from '../http/preconditions.js'
import { toKey } from '../mount.js'
import type { OperationRoute } from '../route.js'

export const update: OperationRoute = {
  verb: 'update',
  method: 'PATCH',
  action: 'update',
  summary: 'Update an operation',
  description: 'A partial update: absent members stay, null clears, complex members are merged. `id` and `createdDateTime` do not change. `status` moves forward only. Nothing to change makes no new version.',
  body: 'update',
  requestHeaders: ['If-Match', 'Prefer'],
  successes: [
    { status: 200, description: 'The whole operation after the update.', body: 'entity', headers: ['ETag', 'Preference-Applied'] },
    { status: 204, description: 'The operation was updated; `Prefer: return=minimal` asked for no more.', headers: ['ETag', 'Preference-Applied'] }
  ],
  errors: ['invalidRequest', 'itemNotFound', 'invalidStatusTransition', 'resourceModified', 'contentTooLarge', 'unsupportedMediaType', 'notSupported'],
  handle: (mount, row) => (request, reply) => {
    const precondition = parseIfMatch(request.headers['if-match'])
    return andThen(mount.domain.update(toKey(row, request), request.body as Payload, precondition), (record) => sendWritten(mount, row, request, reply, record))
  }
}
