import type { QueryOptions } from '../../odata/options.js'
import { parseSelect } from '../../odata/select.js'
import { isKnown } from '../../operations/index.js'
import { andThen } from '../../storage/awaitable.js'
import { sendEntity, sendNotModified } from '../http/answers.js'
import { parsePrecondition } from '../http/preconditions.js'
import { toKey } from '../mount.js'
import type { OperationRoute } from '../route.js'

export const get: OperationRoute = {
  verb: 'get',
  method: 'GET',
  action: 'get',
  summary: 'Get an operation',
  description: 'The state of one operation, for a client that waits for it to finish. With the entity tag of the last answer in `If-None-Match` a state that has not changed is not sent again.',
  query: ['$select'],
  requestHeaders: ['If-None-Match'],
  successes: [
    { status: 200, description: 'The operation.', body: 'entity', headers: ['ETag'] },
    { status: 304, description: 'The operation is in one of the states that `If-None-Match` names.', headers: ['ETag'] }
  ],
  errors: ['invalidRequest', 'itemNotFound', 'resourceModified'],
  handle: (mount, row) => (request, reply) => {
    const precondition = parsePrecondition(request)
    const { $select } = request.query as QueryOptions
    const selection = $select === undefined ? undefined : parseSelect($select, row.type)
    return andThen(mount.domain.get(toKey(row, request), precondition), (record) => isKnown(record, precondition)
      ? sendNotModified(reply, record)
      : sendEntity(mount, row, request, reply, record, selection))
  }
}
