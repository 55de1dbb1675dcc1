import { typeMember } from '../../schemas/definition.js'
import type { TypeSet } from '../../schemas/type-set.js'
import type { OperationRecord } from '../../storage/store.js'
import { toFormatted } from './control-information.js'
import type { Format } from './format.js'
import { toEntityTag } from './preconditions.js'
import { remembered } from './remembered.js'

/** What a body is to be like. */
export interface BodyOptions {
  /** The context URL. */
  readonly context: string
  readonly format: Format
  readonly types: TypeSet
  /** The canonical URL of an operation. */
  readonly toUrl: (id: string) => string
}

/** What versions are made of, unless a host's store makes others: nothing that JSON would write in another way. */
const plain = /^[\w-]*$/

/** The entity tag of a version as JSON. */
function toQuotedTag (version: string): string {
  return plain.test(version) ? `"W/\\"${version}\\""` : JSON.stringify(toEntityTag(version))
}

/** Contexts are few: one for each collection, cast and selection. */
const toQuoted = remembered((text) => JSON.stringify(text))

/**
 * The members of an operation, without the opening brace. The type goes first, then the other control
 * information, before any property: the order a streaming reader relies on. What is stored goes out as it is,
 * unless the format asks for something else.
 * @see OData JSON Format 4.01, 4.4
 */
export function toTagged (record: OperationRecord, { format, types, toUrl }: BodyOptions): string {
  const { id, type, text, version } = record
  const { level, isIeee754Compatible } = format
  if (level === 'minimal' && !isIeee754Compatible) {
    const head = `"${typeMember}":"#${type}"`
    return `${head},"@odata.etag":${toQuotedTag(version)}${text.slice(head.length + 1)}`
  }
  const { [typeMember]: _typeName, ...members } = toFormatted(record.value, types.find(type), format)
  const links = level === 'full' ? { '@odata.id': toUrl(id), '@odata.editLink': toUrl(id) } : {}
  const control = level === 'none' ? {} : { [typeMember]: `#${type}`, ...links, '@odata.etag': toEntityTag(version) }
  return JSON.stringify({ ...control, ...members }).slice(1)
}

/** Where the answer is described, unless the format wants no such thing. */
export function toContext ({ context, format: { level } }: BodyOptions): string {
  return level === 'none' ? '' : `"@odata.context":${toQuoted(context)},`
}

/** The body of a single operation. */
export function toEntityBody (record: OperationRecord, options: BodyOptions): string {
  return `{${toContext(options)}${toTagged(record, options)}`
}

/** What a page says beside its operations, at every level. @see OData JSON Format 4.01, 3.1.3, 4.5.4 and 4.5.5 */
export interface PageNotes {
  /** The URL of the next page. */
  readonly nextLink: string | undefined
  /** How many operations there are before paging. */
  readonly count: number | undefined
}

/** The body of a page. */
export function toListBody (records: readonly OperationRecord[], options: BodyOptions, { nextLink, count }: PageNotes): string {
  const value = records.map((record) => `{${toTagged(record, options)}`).join(',')
  const next = nextLink === undefined ? '' : `,"@odata.nextLink":${JSON.stringify(nextLink)}`
  // a count is a number of 64 bits
  const counted = count === undefined ? '' : `"@odata.count":${options.format.isIeee754Compatible ? `"${count}"` : count},`
  return `{${toContext(options)}${counted}"value":[${value}]${next}}`
}
