import { findKey } from './key.js'

/** The segments of a path, a key in parentheses as a segment of its own. */
function toSegments (pathname: string): string[] {
  return pathname.split('/').map(decodeURIComponent).flatMap((segment) => {
    const name = /^\w+(?=\()/.exec(segment)?.[0]
    const key = name === undefined ? undefined : findKey(segment, name)
    return name === undefined || key === undefined ? [segment] : [name, key]
  })
}

/** Stands for the origin where a service does not know its own. */
const nowhere = 'http://service.invalid'

/**
 * The key that an entity-id names in a collection, in either key style; `undefined` when it names anything else.
 * It may be relative to the collection's URL or to the root of the service.
 * @see OData JSON Format 4.01, 4.3 and 4.5.8
 */
export function findReferenced (reference: string, collectionUrl: string, rootUrl: string): string | undefined {
  const collection = new URL(collectionUrl, nowhere)
  const wanted = toSegments(collection.pathname)
  for (const base of [collection, new URL(`${rootUrl}/`, nowhere)]) {
    try {
      const { origin, pathname, search, hash } = new URL(reference, base)
      const segments = toSegments(pathname)
      const key = segments.pop()
      const isOf = origin === collection.origin && search === '' && hash === '' && segments.join('/') === wanted.join('/')
      if (isOf && key !== undefined && segments.length === wanted.length) return key
    } catch (error) {
      // what is no URL, or not percent-encoded UTF-8, names nothing
      if (!(error instanceof TypeError) && !(error instanceof URIError)) throw error
    }
  }
  return undefined
}
