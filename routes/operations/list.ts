import { Type } from '@sinclair/typebox'
import { countPattern, pageLimits, parsePaging } from '../../odata/paging.js'
import { andThen } from '../../storage/awaitable.js'
import { toBodyOptions } from '../http/answers.js'
import { getOffer, offers, setOffer } from '../http/format.js'
import { toCollectionContext, toCollectionUrl } from '../http/links.js'
import { toListBody } from '../http/representation.js'
import { toCollection } from '../mount.js'
import type { OperationRoute } from '../route.js'

interface Query {
  readonly $top?: string
  readonly $skip?: string
}

export const list: OperationRoute = {
  verb: 'list',
  method: 'GET',
  action: 'list',
  summary: 'List operations',
  description: 'The operations of the collection, by creation, then id. `@odata.nextLink` leads to the next page and is absent on the last one.',
  query: {
    $top: Type.Optional(Type.String({ pattern: countPattern, description: `Operations on a page, from 1 to ${pageLimits.maxTop}; ${pageLimits.defaultTop} unless given.`, examples: ['20'] })),
    $skip: Type.Optional(Type.String({ pattern: countPattern, description: `Operations to leave out from the start, at most ${pageLimits.maxSkip}.`, examples: ['0'] }))
  },
  requestHeaders: [],
  successes: [{ status: 200, description: 'One page of operations.', body: 'list', headers: [] }],
  errors: ['invalidRequest'],
  handle: (mount, row) => (request, reply) => {
    const query = request.query as Query
    const { top, skip } = parsePaging(query)
    // one more than asked tells whether there is a next page
    return andThen(mount.domain.list(toCollection(row, request), { limit: top + 1, skip }), (records) => {
      const next = skip + top
      const size = query.$top === undefined ? '' : `$top=${query.$top}&`
      // past the most that $skip may be the link is refused by name: better than an end that is none
      const nextLink = records.length > top
        ? `${toCollectionUrl(mount, row, request)}?${size}$skip=${next}`
        : undefined
      const offer = getOffer(request, offers.json)
      setOffer(reply, offer)
      const options = toBodyOptions(mount, row, request, offer, toCollectionContext(mount, row, request))
      return reply.send(toListBody(records.slice(0, top), options, { nextLink }))
    })
  }
}
