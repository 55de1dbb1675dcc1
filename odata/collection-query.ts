import type { StructuredType } from '../schemas/definition.js'
import type { Query } from '../storage/query/tree.js'
import { parseFilter } from './filter.js'
import type { OptionName, QueryOptions } from './options.js'
import { parseOrderBy } from './orderby.js'
import { parseCount, parseSkip, parseTop } from './paging.js'
import { refuse } from './refusal.js'
import type { Selection } from './select.js'
import { parseSelect } from './select.js'

/** What a list is asked for. */
export interface CollectionQuery {
  readonly query: Query
  readonly top: number | undefined
  readonly skip: number
  readonly isCounted: boolean
  readonly selection: Selection | undefined
}

/** Options that stay the same from page to page; `$skip` and `$count` are of the first one. */
const lasting = ['$filter', '$orderby', '$select', '$top'] as const satisfies readonly OptionName[]

/** The lasting options of a query, for links to further pages. */
export function toLastingOptions (options: QueryOptions): ReadonlyArray<readonly [OptionName, string]> {
  return lasting.flatMap((name) => options[name] === undefined ? [] : [[name, options[name]] as const])
}

/**
 * The options of a list of operations of the declared type and the types below it.
 * @throws invalidRequest
 * @see OData 4.01 Part 1, 11.2.1
 */
export function parseCollectionQuery (options: QueryOptions, declared: StructuredType, below: readonly StructuredType[]): CollectionQuery {
  const { $filter, $orderby, $select, $top, $skip, $count, $skiptoken } = options
  if ($skip !== undefined && $skiptoken !== undefined) throw refuse('$skip', 'it does not go with $skiptoken')
  return {
    query: {
      filter: $filter === undefined ? undefined : parseFilter($filter, declared, below),
      orderBy: $orderby === undefined ? [] : parseOrderBy($orderby, declared)
    },
    top: $top === undefined ? undefined : parseTop($top),
    skip: $skip === undefined ? 0 : parseSkip($skip),
    isCounted: $count !== undefined && parseCount($count),
    selection: $select === undefined ? undefined : parseSelect($select, declared)
  }
}
