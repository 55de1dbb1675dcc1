import { invalidRequest } from '../errors.js'

/** Which part of a list is asked for. */
export interface Paging {
  /** Operations on one page. */
  readonly top: number
  /** Operations left out from the start. */
  readonly skip: number
}

export const pageLimits = { defaultTop: 100, maxTop: 1_000, maxSkip: 10_000 } as const

/** A non-negative whole number, as text. @see OData 4.01 Part 2, 5.1.7 */
export const countPattern = '^\\d{1,9}$'

function parseCount (option: string, text: string | undefined, fallback: number, min: number, max: number): number {
  const count = text === undefined ? fallback : Number(text)
  if (count < min || count > max) throw invalidRequest([{ target: option, message: `${option} must be from ${min} to ${max}` }])
  return count
}

/**
 * `$top` and `$skip`, whose texts follow {@link countPattern}.
 * @throws invalidRequest naming the limit.
 * @see OData 4.01 Part 1, 11.2.6.3 and 11.2.6.4
 */
export function parsePaging (options: { readonly $top?: string, readonly $skip?: string }): Paging {
  return {
    top: parseCount('$top', options.$top, pageLimits.defaultTop, 1, pageLimits.maxTop),
    skip: parseCount('$skip', options.$skip, 0, 0, pageLimits.maxSkip)
  }
}
