import { andThen } from '../../storage/awaitable.js'
import { parseIfMatch } from '../http/preconditions.js'
import { toKey } from '../mount.js'
import type { OperationRoute } from '../route.js'

export const remove: OperationRoute = {
  verb: 'remove',
  method: 'DELETE',
  action: 'remove',
  summary: 'Delete an operation',
  description: 'Takes the operation out of the collection, whatever its status.',
  requestHeaders: ['If-Match'],
  successes: [{ status: 204, description: 'The operation is gone.', headers: [] }],
  errors: ['invalidRequest', 'itemNotFound', 'resourceModified'],
  handle: ({ domain }, row) => (request, reply) => {
    const precondition = parseIfMatch(request.headers['if-match'])
    return andThen(domain.remove(toKey(row, request), precondition), () => reply.code(204).send())
  }
}
