/** Texts that are remembered at once, and how long one of them may be. */
const [limit, longest] = [256, 512]

/**
 * A function of texts that answers again what it answered before: what requests say is few texts, again and again.
 * What it answers must not be `undefined`, and nobody may change it. The `rest` is for making it, and the same
 * for the same text.
 */
export function remembered<T, R extends readonly unknown[]> (make: (text: string, ...rest: R) => T): (text: string, ...rest: R) => T {
  const known = new Map<string, T>()
  return (text, ...rest) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const made = make(text, ...rest)
    if (text.length > longest) return made
    // clients that send ever new ones have them made again, and take no memory
    if (known.size === limit) known.clear()
    known.set(text, made)
    return made
  }
}
