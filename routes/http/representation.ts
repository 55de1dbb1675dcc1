import { typeMember } from '../../schemas/definition.js'
import type { OperationRecord } from '../../storage/store.js'
import { toEntityTag } from './preconditions.js'

/** What Graph sends with a representation. @see OData JSON Format 4.01, 3 */
export const representationType = 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8'

/**
 * A stored text with its entity tag. The type goes first, then the tag, before any property: the order a
 * streaming reader relies on.
 * @see OData JSON Format 4.01, 4.4
 */
export function toTagged ({ type, text, version }: OperationRecord): string {
  const head = `"${typeMember}":"#${type}"`
  return `${head},"@odata.etag":${JSON.stringify(toEntityTag(version))}${text.slice(head.length + 1)}`
}

/** The body of a single operation. */
export function toEntityBody (record: OperationRecord, context: string): string {
  return `{"@odata.context":${JSON.stringify(context)},${toTagged(record)}`
}

/** What a page says beside its operations. @see OData JSON Format 4.01, 4.5.5 and 4.5.6 */
export interface PageNotes {
  /** The URL of the next page. */
  readonly nextLink: string | undefined
  /** How many operations there are before paging. */
  readonly count: number | undefined
}

/** The body of a page. */
export function toListBody (records: readonly OperationRecord[], context: string, { nextLink, count }: PageNotes): string {
  const value = records.map((record) => `{${toTagged(record)}`).join(',')
  const next = nextLink === undefined ? '' : `,"@odata.nextLink":${JSON.stringify(nextLink)}`
  const counted = count === undefined ? '' : `"@odata.count":${count},`
  return `{"@odata.context":${JSON.stringify(context)},${counted}"value":[${value}]${next}}`
}
