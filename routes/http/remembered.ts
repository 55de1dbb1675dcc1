/** Texts that are remembered at once, and how long one of them may be. */
const [limit, longest] = [256, 512]

/**
 * A function of texts that answers again what it answered before: the headers of requests are few texts, again
 * and again. What it answers must not be `undefined`, and nobody may change it.
 */
export function remembered<T> (make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const made = make(text)
    if (text.length > longest) return made
    // clients that send ever new ones have them made again, and take no memory
    if (known.size === limit) known.clear()
    known.set(text, made)
    return made
  }
}
