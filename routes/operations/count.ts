import { parseFilter } from '../../odata/filter.js'
import type { QueryOptions } from '../../odata/options.js'
import { andThen } from '../../storage/awaitable.js'
import { getOffer, offers, setOffer } from '../http/format.js'
import { toCollection } from '../mount.js'
import type { OperationRoute } from '../route.js'

export const count: OperationRoute = {
  verb: 'count',
  method: 'GET',
  action: 'count',
  summary: 'Count operations',
  description: 'How many operations the collection has, or how many of them `$filter` lets through, as plain text.',
  query: ['$filter'],
  requestHeaders: [],
  successes: [{ status: 200, description: 'The number of operations.', body: 'count', headers: [] }],
  errors: ['invalidRequest'],
  handle: ({ domain }, row) => (request, reply) => {
    const { $filter } = request.query as QueryOptions
    const filter = $filter === undefined ? undefined : parseFilter($filter, row.type, domain.types.derivedFrom(row.type))
    return andThen(domain.count(toCollection(row, request), filter), (found) => {
      setOffer(reply, getOffer(request, offers.count))
      return reply.send(String(found))
    })
  }
}
