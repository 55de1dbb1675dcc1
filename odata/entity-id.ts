import { findKey } from './key.js'

/** The text behind a percent-encoded one, `undefined` where it is none. */
function findDecoded (text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** The segments of a path, a key in parentheses as a segment of its own; `undefined` for one that cannot be read. */
function toSegments (pathname: string): Array<string | undefined> {
  return pathname.split('/').map(findDecoded).flatMap((segment) => {
    const name = /^\w+(?=\()/.exec(segment ?? '')?.[0]
    const key = name === undefined ? undefined : findKey(segment as string, name)
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
    if (!URL.canParse(reference, base.href)) continue
    const { origin, pathname, search, hash } = new URL(reference, base)
    const segments = toSegments(pathname)
    const key = segments.pop()
    const isOf = origin === collection.origin && search === '' && hash === '' &&
      segments.length === wanted.length && segments.every((segment, index) => segment === wanted[index])
    if (isOf && key !== undefined) return key
  }
  return undefined
}
