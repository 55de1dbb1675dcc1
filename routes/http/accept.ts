/** One range of an `Accept` header. */
interface MediaRange {
  readonly type: string
  readonly subtype: string
  /** By name, both in lower case. */
  readonly parameters: ReadonlyMap<string, string>
  /** From 0 to 1. */
  readonly quality: number
}

/** Something a route can answer with. */
export interface Offer {
  readonly type: string
  readonly subtype: string
  /** Whether the offer has the parameter in that value; both are in lower case. */
  readonly has: (parameter: string, value: string) => boolean
}

/** The parts between commas, and those between semicolons, outside quotes; one that is not closed goes to the end. */
const member = /(?:"(?:[^"\\]|\\.)*"?|[^",])+/g
const part = /(?:"(?:[^"\\]|\\.)*"?|[^";])+/g
const range = /^\s*([\w!#$%&'*+.^`|~-]+)\/([\w!#$%&'*+.^`|~-]+)\s*$/
const parameter = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*([\w!#$%&'*+.^`|~-]+|"(?:[^"\\]|\\.)*")\s*$/
/** Some clients leave out the zero. */
const quality = /^(?:[01](?:\.\d*)?|\.\d+)$/

function unquote (text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text
}

/** A range that cannot be read takes nothing, and the others count. */
function toRanges (text: string): MediaRange[] {
  const [head = '', ...rest] = text.match(part) ?? []
  const [, type, subtype] = range.exec(head) ?? []
  const pairs = rest.map((pair) => parameter.exec(pair))
  if (type === undefined || subtype === undefined || pairs.includes(null)) return []
  const { q = '1', ...others } = Object.fromEntries(pairs.map((pair) => {
    const [, name, value] = pair as unknown as [string, string, string]
    return [name.toLowerCase(), unquote(value).toLowerCase()]
  }))
  if (!quality.test(q) || Number(q) > 1) return []
  return [{ type: type.toLowerCase(), subtype: subtype.toLowerCase(), parameters: new Map(Object.entries(others)), quality: Number(q) }]
}

function takes ({ type, subtype, parameters }: MediaRange, offer: Offer): boolean {
  if (type !== '*' && type !== offer.type) return false
  if (subtype !== '*' && subtype !== offer.subtype) return false
  return [...parameters].every(([name, value]) => offer.has(name, value))
}

/** The more a range says, the more its quality counts. @see RFC 9110, 12.5.1 */
function precisionOf ({ type, subtype, parameters }: MediaRange): number {
  return (type === '*' ? 0 : 1) + (subtype === '*' ? 0 : 1) + parameters.size
}

/**
 * The offer that an `Accept` header likes best; the first one, where it likes several alike or there is none.
 * `undefined` when nothing would do.
 * @see RFC 9110, 12.5.1
 */
export function findOffer<T extends Offer> (accept: string, offers: readonly T[]): T | undefined {
  if (accept.trim() === '') return offers[0]
  const ranges = (accept.match(member) ?? []).flatMap(toRanges)
  const rated = offers.map((offer) => {
    const [best] = ranges.filter((given) => takes(given, offer)).sort((a, b) => precisionOf(b) - precisionOf(a))
    return { offer, quality: best?.quality ?? 0, precision: best === undefined ? 0 : precisionOf(best) }
  })
  const [best] = rated.filter((candidate) => candidate.quality > 0).sort((a, b) => b.quality - a.quality || b.precision - a.precision)
  return best?.offer
}
