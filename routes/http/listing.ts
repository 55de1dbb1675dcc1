import type { CollectionQuery } from '../../odata/collection-query.js'
import { parseCollectionQuery, toLastingOptions } from '../../odata/collection-query.js'
import type { QueryOptions } from '../../odata/options.js'
import type { Place, SkipTokens } from '../../odata/skip-token.js'
import { toTotalOrder } from '../../storage/query/order.js'
import type { Collection, Order } from '../../storage/store.js'
import type { CollectionRow } from '../collection.js'
import type { Mount } from '../mount.js'
import { remembered } from './remembered.js'

/** What the options of a list ask for, and what its pages have in common. */
export interface Listing extends CollectionQuery {
  readonly total: readonly Order[]
  /** What a continuation token is good for, in that collection. */
  readonly toBinding: (collection: Collection) => string
  /** The query of the page that begins where a token says. @see OData 4.01 Part 1, 11.2.6.7 */
  readonly toNextQuery: (token: string) => string
}

function toListing (options: QueryOptions, parsed: CollectionQuery): Listing {
  const lasting = toLastingOptions(options)
  const bound = JSON.stringify(lasting)
  const query = lasting.map(([name, value]) => `${name}=${encodeURIComponent(value)}&`).join('')
  return {
    ...parsed,
    total: toTotalOrder(parsed.query),
    toBinding: ({ tenant, owner }) => `[${JSON.stringify(tenant)},${JSON.stringify(owner)},${bound}]`,
    toNextQuery: (token) => `${query}$skiptoken=${encodeURIComponent(token)}`
  }
}

/**
 * Reads the options of a row's lists, once for options that are the same object.
 * @throws invalidRequest
 */
export function makeListings ({ domain: { types } }: Mount, { type }: CollectionRow): (options: QueryOptions) => Listing {
  const known = new WeakMap<QueryOptions, Listing>()
  return (options) => {
    const found = known.get(options)
    if (found !== undefined) return found
    const listing = toListing(options, parseCollectionQuery(options, type, types.derivedFrom(type)))
    known.set(options, listing)
    return listing
  }
}

/** Tokens of places: where clients ask for the same page again, the next one begins at the same place. */
export function makeTokens ({ toToken }: SkipTokens): (place: Place, binding: string) => string {
  const toTokenOnce = remembered((_text, place: Place, binding: string) => toToken(place, binding))
  return (place, binding) => toTokenOnce(`${JSON.stringify(place)}${binding}`, place, binding)
}
