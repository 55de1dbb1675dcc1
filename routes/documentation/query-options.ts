import type { TObject } from '@sinclair/typebox'
import { Type } from '@sinclair/typebox'
import { filterLimit } from '../../odata/filter.js'
import type { OptionName } from '../../odata/options.js'
import { orderByLimit } from '../../odata/orderby.js'
import { pageLimits } from '../../odata/paging.js'
import { selectLimit } from '../../odata/select.js'
import { expressionLimits } from '../../odata/syntax.js'

const { nodes, depth, items } = expressionLimits

/** No examples: Swagger UI would send them with every try. */
const descriptions: Readonly<Record<OptionName, string>> = {
  $filter: `Which operations: \`status eq 'Running' and createdDateTime ge 2026-01-01T00:00:00Z\`. There are eq, ne, gt, ge, lt, le, in, and, or, not, contains, startswith, endswith, tolower, toupper and length. At most ${filterLimit.toLocaleString('en')} characters, ${nodes} terms, ${depth} levels and ${items} values of in.`,
  $orderby: `The order: \`lastActionDateTime desc\`. At most ${orderByLimit} declared properties.`,
  $select: `The properties to answer with, beside \`id\`: \`status,error/code\`. At most ${selectLimit}.`,
  $top: `Operations on a page, from 1 to ${pageLimits.maxTop}; ${pageLimits.defaultTop} unless given.`,
  $skip: `Operations to leave out from the start, at most ${pageLimits.maxSkip}.`,
  $count: '`true` for `@odata.count`: how many operations there are before paging.',
  $skiptoken: 'Where the page begins, as `@odata.nextLink` has it.'
}

/** The query options of a route as a document shows them. */
export function toQuerySchema (names: readonly OptionName[]): TObject {
  return Type.Object(Object.fromEntries(names.map((name) => {
    const schema = name === '$count' ? Type.Boolean({ description: descriptions[name] }) : ['$top', '$skip'].includes(name) ? Type.Integer({ description: descriptions[name] }) : Type.String({ description: descriptions[name] })
    return [name, Type.Optional(schema)]
  })))
}
