const keyPredicate = /^([A-Za-z_]\w*)\((?:id=)?'((?:[^']|'')*)'\)$/

/**
 * The key of `name('x')` or `name(id='x')`; `undefined` for any other segment.
 * @see OData 4.01 Part 2, 4.3.1
 */
export function findKey (segment: string, name: string): string | undefined {
  const [, named, key] = keyPredicate.exec(segment) ?? []
  return named === name ? key?.replaceAll("''", "'") : undefined
}
