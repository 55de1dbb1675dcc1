import { andThen } from '../../storage/awaitable.js'
import { parseChangePrecondition } from '../http/preconditions.js'
import { toKey } from '../mount.js'
import type { OperationRoute } from '../route.js'

export const remove: OperationRoute = {
  verb: 'remove',
  method: 'DELETE',
  action: 'remove',
  summary: 'Delete an operation',
  description: 'Takes the operation out of the collection, whatever its status.',
  requestHeaders: ['If-Match', 'If-None-Match'],
  successes: [{ status: 204, description: 'The operation is gone.', headers: [] }],
  errors: ['invalidRequest', 'itemNotFound', 'resourceModified', 'contentTooLarge', 'unsupportedMediaType'],
  handle: (mount, row) => (request, reply) =>
    andThen(mount.domain.remove(toKey(row, request), parseChangePrecondition(mount, request)), () => reply.code(204).send())
}
