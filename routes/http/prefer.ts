import type { FastifyReply, FastifyRequest } from 'fastify'

/** What an answer to a write carries: the representation, or nothing. */
export type Return = 'representation' | 'minimal'

/** What the client would like; a preference that was not given, or not in a usable way, is `undefined` or `false`. */
export interface Preferences {
  /** @see RFC 7240, 4.2; OData 4.01 Part 1, 8.2.8.7 */
  readonly return: Return | undefined
  /** An update of what is not there creates it. @see Microsoft Graph: `Prefer: create-if-missing` */
  readonly createIfMissing: boolean
  /** @see OData 4.01 Part 1, 8.2.8.3 */
  readonly continueOnError: boolean
  /** At least 1. @see OData 4.01 Part 1, 8.2.8.5 */
  readonly maxPageSize: number | undefined
}

const none: Preferences = Object.freeze({ return: undefined, createIfMissing: false, continueOnError: false, maxPageSize: undefined })

/** A comma inside a quoted string separates nothing. */
const members = /(?:[^",]|"(?:[^"\\]|\\.?)*(?:"|$))+/g
/** Where there is no value the spaces after `=` can be read in one way only. */
const member = /^\s*([!#$%&'*+.^`|~\w-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"\s*|([!#$%&'*+.^`|~\w-]+)\s*)?)?(?:;|$)/

/** Values by name, in lower case and without `odata.`; of a name given twice the first one counts. @see RFC 7240, 2 */
function toValues (header: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const text of header.match(members) ?? []) {
    const [, name, quoted, token = ''] = member.exec(text) ?? []
    const key = name?.toLowerCase().replace(/^odata\./, '')
    if (key !== undefined && !values.has(key)) values.set(key, quoted?.replaceAll(/\\(.)/g, '$1') ?? token)
  }
  return values
}

function toReturn (value: string | undefined): Return | undefined {
  const name = value?.toLowerCase()
  return name === 'minimal' || name === 'representation' ? name : undefined
}

/** A preference without a value is meant. */
function isOn (value: string | undefined): boolean {
  return value !== undefined && ['', 'true'].includes(value.toLowerCase())
}

function toSize (value: string | undefined): number | undefined {
  const size = value !== undefined && /^\d+$/.test(value) ? Math.min(Number(value), Number.MAX_SAFE_INTEGER) : 0
  return size > 0 ? size : undefined
}

/**
 * The preferences of a request; unknown and unusable ones are ignored.
 * @see RFC 7240, 2; OData 4.01 Part 1, 8.2.8
 */
export function parsePreferences ({ headers }: FastifyRequest): Preferences {
  const header = headers['prefer']
  if (header === undefined) return none
  const values = toValues(String(header))
  return {
    return: toReturn(values.get('return')),
    createIfMissing: isOn(values.get('create-if-missing')),
    continueOnError: isOn(values.get('continue-on-error')),
    maxPageSize: toSize(values.get('maxpagesize'))
  }
}

/** Says in the answer that a preference was followed, beside those said before. @see RFC 7240, 3 */
export function addPreferenceApplied (reply: FastifyReply, preference: string): void {
  const before = reply.getHeader('preference-applied')
  void reply.header('preference-applied', before === undefined ? preference : `${String(before)}, ${preference}`)
}
