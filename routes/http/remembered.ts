/** Texts that are remembered at once, and how long one of them may be. */
const [limit, longest] = [256, 512]

/**
 * A function of texts that answers again what it answered before: what requests say is few texts, again and again.
 * What it answers must not be `undefined`, and nobody may change it. The `rest` is for making it, and the same
 * for the same text.
 */
export function remembered<T, R extends readonly unknown[]> (make: (text: string, ...rest: R) => T): (text: string, ...rest: R) => T {
  const known = new Map<string, T>()
  // most requests say what the one before them said: that is compared, and not even hashed
  let last: { readonly text: string, readonly made: T } | undefined
  return (text, ...rest) => {
    if (last?.text === text) return last.made
    const made = known.get(text) ?? make(text, ...rest)
    if (text.length > longest) return made
    last = { text, made }
    if (known.has(text)) return made
    // clients that send ever new ones have them made again, and take no memory
    if (known.size === limit) known.clear()
    known.set(text, made)
    return made
  }
}
