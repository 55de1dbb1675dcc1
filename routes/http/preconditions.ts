import { invalidRequest } from '../../errors.js'
import type { Precondition } from '../../operations/index.js'

/** The entity tag of a version, weak as Graph's are. @see RFC 9110, 8.8.3 */
export function toEntityTag (version: string): string {
  return `W/"${version}"`
}

const entityTag = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/
const entityTags = new RegExp(`^\\s*${entityTag.source}(?:\\s*,\\s*${entityTag.source})*\\s*$`)

/**
 * `If-Match`: `*` or a list of entity tags, weak or strong alike.
 * @throws invalidRequest
 * @see RFC 9110, 13.1.1; OData 4.01 Part 1, 8.2.4
 */
export function parseIfMatch (header: string | undefined): Precondition {
  if (header === undefined) return undefined
  if (header.trim() === '*') return '*'
  if (!entityTags.test(header)) throw invalidRequest([{ target: 'If-Match', message: 'If-Match must be * or a list of entity tags such as W/"1-a"' }])
  return [...header.matchAll(new RegExp(entityTag.source, 'g'))].map(([, tag]) => tag as string)
}
