import type { FastifyRequest } from 'fastify'
import { parseCollectionQuery, toLastingOptions } from '../../odata/collection-query.js'
import type { QueryOptions } from '../../odata/options.js'
import { toPageSize } from '../../odata/paging.js'
import { andThen } from '../../storage/awaitable.js'
import { toSortKey, toTotalOrder } from '../../storage/query/order.js'
import type { Awaitable, Collection, OperationRecord, Page } from '../../storage/store.js'
import type { CollectionRow } from '../collection.js'
import { toBodyOptions } from '../http/answers.js'
import { getOffer, offers, setOffer } from '../http/format.js'
import { toCollectionContext, toCollectionUrl } from '../http/links.js'
import { collectPage } from '../http/page.js'
import { addPreferenceApplied, parsePreferences } from '../http/prefer.js'
import { toListBody } from '../http/representation.js'
import { selectMembers, toSelectList } from '../http/selection.js'
import type { Mount } from '../mount.js'
import { toCollection } from '../mount.js'
import type { OperationRoute } from '../route.js'

/** What a continuation token is good for. */
function toBinding ({ tenant, owner }: Collection, options: QueryOptions): string {
  return JSON.stringify([tenant, owner, toLastingOptions(options)])
}

/** The URL of the page that begins where a token says. @see OData 4.01 Part 1, 11.2.6.7 */
function toNextLink (mount: Mount, row: CollectionRow, request: FastifyRequest, options: QueryOptions, token: string): string {
  const query = [...toLastingOptions(options), ['$skiptoken', token] as const].map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `${toCollectionUrl(mount, row, request)}?${query.join('&')}`
}

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
  handle: (mount, row) => (request, reply) => {
    const { domain, skipTokens } = mount
    const options = request.query as QueryOptions
    const { query, top, skip, isCounted, selection } = parseCollectionQuery(options, row.type, domain.types.derivedFrom(row.type))
    const collection = toCollection(row, request)
    const binding = toBinding(collection, options)
    const place = options.$skiptoken === undefined ? undefined : skipTokens.parseToken(options.$skiptoken, binding)
    const { maxPageSize } = parsePreferences(request)
    const preferred = maxPageSize ?? place?.size
    const size = toPageSize(top, preferred)
    const toAfter = (record: OperationRecord): NonNullable<Page['after']> => toSortKey(record, toTotalOrder(query))
    const read = (page: Page): Awaitable<readonly OperationRecord[]> => domain.list(collection, query, page)
    return andThen(isCounted ? domain.count(collection, query.filter) : undefined, (count) =>
      andThen(collectPage(read, size, { skip, after: place?.after }, toAfter), ({ records, last }) => {
        const nextLink = last && toNextLink(mount, row, request, options, skipTokens.toToken({ after: toAfter(last), size: preferred }, binding))
        const shown = records.map((record) => selectMembers(record, selection))
        if (maxPageSize !== undefined) addPreferenceApplied(reply, `odata.maxpagesize=${maxPageSize}`)
        const offer = getOffer(request, offers.json)
        setOffer(reply, offer)
        const context = toCollectionContext(mount, row, request) + toSelectList(selection)
        return reply.send(toListBody(shown, toBodyOptions(mount, row, request, offer, context), { nextLink, count }))
      }))
  }
}
