const keyPredicate = /^operations\((?:id=)?'((?:[^']|'')*)'\)$/

/**
 * The key of `operations('x')` or `operations(id='x')`; `undefined` for any other segment.
 * @see OData 4.01 Part 2, 4.3.1
 */
export function findKey (segment: string): string | undefined {
  return keyPredicate.exec(segment)?.[1]?.replaceAll("''", "'")
}
