import type { FastifyRequest } from 'fastify'
import { findKey } from '../odata/key.js'

/** A segment with the key of one of its members after it, at the end of a URL or anywhere in it. */
const lastKey = /\/([A-Za-z_]\w*)\/:(\w+)$/
const parenthesisedKey = /\/([A-Za-z_]\w*)\(:(\w+)/g
const anyKey = /\/([A-Za-z_]\w*)\/:(\w+)/g

/**
 * The ways to write the URL of a resource: its keys as segments, `…/calls/x/operations/y`, or in parentheses as
 * other clients address them, `…/calls('x')/operations('y')`; or the last one so and those before it all the other way.
 * @see OData 4.01 Part 2, 4.3.1 and 4.3.6
 */
export function toSpellings (url: string, suffix: string): string[] {
  // the parameter is what stands after the opening parenthesis
  const parenthesised = '/$1(:$2'
  const urls = [url, url.replace(anyKey, parenthesised)].map((collection) => collection + suffix)
  return [...new Set([...urls, ...urls.map((spelling) => spelling.replace(lastKey, parenthesised))])]
}

/** Keys in parentheses become the parameters of the URL before anything reads them; what is none stays what no id is. */
export function toUnwrap (spelling: string): (request: FastifyRequest) => Promise<void> {
  const keys = [...spelling.matchAll(parenthesisedKey)].map(([, segment, parameter]) => [segment, parameter] as [string, string])
  return async (request) => {
    const parameters = request.params as Record<string, string>
    for (const [segment, parameter] of keys) {
      const given = parameters[parameter] as string
      parameters[parameter] = findKey(`${segment}(${given}`, segment) ?? `${segment}(${given}`
    }
  }
}
