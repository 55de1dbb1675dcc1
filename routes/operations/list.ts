import type { QueryOptions } from '../../odata/options.js'
import { toPageSize } from '../../odata/paging.js'
import { andThen } from '../../storage/awaitable.js'
import { toSortKey } from '../../storage/query/order.js'
import type { Awaitable, OperationRecord, Page } from '../../storage/store.js'
import { toBodyOptions } from '../http/answers.js'
import { getOffer, offers, setOffer } from '../http/format.js'
import { toCollectionContext, toCollectionUrl } from '../http/links.js'
import { makeListings, makeTokens } from '../http/listing.js'
import { collectPage } from '../http/page.js'
import { addPreferenceApplied, parsePreferences } from '../http/prefer.js'
import { toListBody } from '../http/representation.js'
import { selectMembers, toSelectList } from '../http/selection.js'
import { toCollection } from '../mount.js'
import type { OperationRoute } from '../route.js'

export const list: OperationRoute = {
  verb: 'list',
  method: 'GET',
  action: 'list',
  summary: 'List operations',
  description: 'The operations of the collection, by creation, then id, unless `$orderby` says otherwise. `@odata.nextLink` leads to the next page and is absent on the last one: every operation that keeps its place in the order is seen once, whatever comes and goes meanwhile.',
  query: ['$filter', '$orderby', '$select', '$top', '$skip', '$count', '$skiptoken'],
  requestHeaders: ['Prefer'],
  successes: [{ status: 200, description: 'One page of operations.', body: 'list', headers: ['Preference-Applied'] }],
  errors: ['invalidRequest'],
  handle (mount, row) {
    const { domain, skipTokens: { parseToken } } = mount
    const toListing = makeListings(mount, row)
    const toToken = makeTokens(mount.skipTokens)
    return (request, reply) => {
      const options = request.query as QueryOptions
      const { query, total, top, skip, isCounted, selection, toBinding, toNextQuery } = toListing(options)
      const collection = toCollection(row, request)
      const binding = toBinding(collection)
      const place = options.$skiptoken === undefined ? undefined : parseToken(options.$skiptoken, binding)
      const { maxPageSize } = parsePreferences(request)
      const preferred = maxPageSize ?? place?.size
      const size = toPageSize(top, preferred)
      const toAfter = (record: OperationRecord): NonNullable<Page['after']> => toSortKey(record, total)
      const read = (page: Page): Awaitable<readonly OperationRecord[]> => domain.list(collection, query, page)
      return andThen(isCounted ? domain.count(collection, query.filter) : undefined, (count) =>
        andThen(collectPage(read, size, { skip, after: place?.after }, toAfter), ({ records, last }) => {
          const nextLink = last && `${toCollectionUrl(mount, row, request)}?${toNextQuery(toToken({ after: toAfter(last), size: preferred }, binding))}`
          const shown = selection === undefined ? records : records.map((record) => selectMembers(record, selection))
          if (maxPageSize !== undefined) addPreferenceApplied(reply, `odata.maxpagesize=${maxPageSize}`)
          const offer = getOffer(request, offers.json)
          setOffer(reply, offer)
          const context = toCollectionContext(mount, row, request) + toSelectList(selection)
          return reply.send(toListBody(shown, toBodyOptions(mount, row, request, offer, context), { nextLink, count }))
        }))
    }
  }
}
