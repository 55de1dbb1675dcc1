import { andThen } from '../../storage/awaitable.js'
import { getOffer, offers, setOffer } from '../http/format.js'
import { toCollection } from '../mount.js'
import type { OperationRoute } from '../route.js'

export const count: OperationRoute = {
  verb: 'count',
  method: 'GET',
  action: 'count',
  summary: 'Count operations',
  description: 'How many operations the collection has, as plain text.',
  requestHeaders: [],
  successes: [{ status: 200, description: 'The number of operations.', body: 'count', headers: [] }],
  errors: ['invalidRequest'],
  handle: ({ domain }, row) => (request, reply) =>
    andThen(domain.count(toCollection(row, request)), (found) => {
      setOffer(reply, getOffer(request, offers.count))
      return reply.send(String(found))
    })
}
