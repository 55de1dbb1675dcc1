import type { FastifyRequest } from 'fastify'
import { GraphError, invalidRequest } from '../../errors.js'
import type { Precondition, Versions } from '../../operations/index.js'
import type { Mount } from '../mount.js'

/** The entity tag of a version, weak as Graph's are. @see RFC 9110, 8.8.3 */
export function toEntityTag (version: string): string {
  return `W/"${version}"`
}

/** An element of a list, with the empty ones before it. @see RFC 9110, 5.6.1.2 and 8.8.3 */
const listElement = /[ \t,]*(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?=,|$)/y
const listEnd = /^[ \t,]*$/

/** `*`, or what stands in the quotes of a list of entity tags; `undefined` for anything else. */
export function findVersions (text: string): Versions | undefined {
  if (text.trim() === '*') return '*'
  const tags: string[] = []
  let end = 0
  for (;;) {
    listElement.lastIndex = end
    const [, tag] = listElement.exec(text) ?? []
    if (tag === undefined) return tags.length > 0 && listEnd.test(text.slice(end)) ? tags : undefined
    tags.push(tag)
    end = listElement.lastIndex
  }
}

/**
 * `*`, or the versions that a list of entity tags names, weak or strong alike.
 * @param target what the text is, for the complaint about it
 * @throws invalidRequest
 * @see RFC 9110, 8.8.3.2; OData 4.01 Part 1, 8.2.4
 */
export function parseVersions (target: string, text: string): Versions {
  const versions = findVersions(text)
  if (versions === undefined) throw invalidRequest([{ target, message: `${target} must be * or a list of entity tags such as W/"1-a"` }])
  return versions
}

/**
 * `If-Match` and `If-None-Match`; `undefined` for a request without conditions.
 * @throws invalidRequest
 * @see RFC 9110, 13.1
 */
export function parsePrecondition ({ headers }: FastifyRequest): Precondition | undefined {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  if (match === undefined && noneMatch === undefined) return undefined
  return {
    match: match === undefined ? undefined : parseVersions('If-Match', match),
    noneMatch: noneMatch === undefined ? undefined : parseVersions('If-None-Match', noneMatch)
  }
}

/**
 * The precondition of a change. Where the mount requires one, it is `If-Match`, or the word that there must be
 * nothing yet.
 * @throws invalidRequest, preconditionRequired
 * @see RFC 6585, 3
 */
export function parseChangePrecondition ({ requireIfMatch }: Mount, request: FastifyRequest): Precondition | undefined {
  const precondition = parsePrecondition(request)
  if (requireIfMatch && precondition?.match === undefined && precondition?.noneMatch !== '*') throw new GraphError('preconditionRequired', undefined, { target: 'If-Match' })
  return precondition
}
