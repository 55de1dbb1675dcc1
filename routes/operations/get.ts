import { andThen } from '../../storage/awaitable.js'
import { sendEntity } from '../http/answers.js'
import { toKey } from '../mount.js'
import type { OperationRoute } from '../route.js'

export const get: OperationRoute = {
  verb: 'get',
  method: 'GET',
  action: 'get',
  summary: 'Get an operation',
  description: 'The state of one operation, for a client that waits for it to finish.',
  requestHeaders: [],
  successes: [{ status: 200, description: 'The operation.', body: 'entity', headers: ['ETag'] }],
  errors: ['invalidRequest', 'itemNotFound'],
  handle: (mount, row) => (request, reply) =>
    andThen(mount.domain.get(toKey(row, request)), (record) => sendEntity(mount, row, request, reply, record))
}
