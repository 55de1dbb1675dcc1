import { refuse } from './refusal.js'

export const pageLimits = { defaultTop: 100, maxTop: 1_000, maxSkip: 10_000 } as const

/** A non-negative whole number. @see OData 4.01 Part 2, 5.1.6 */
function parseNumber (option: string, text: string, min: number, max: number): number {
  const number = Number(text)
  if (!/^\d{1,9}$/.test(text) || number < min || number > max) throw refuse(option, `it must be a whole number from ${min} to ${max}`)
  return number
}

/**
 * `$top`: operations on a page; paging goes on after it.
 * @throws invalidRequest naming the limit
 * @see Microsoft Graph: $top sets the page size
 */
export function parseTop (text: string): number {
  return parseNumber('$top', text, 1, pageLimits.maxTop)
}

/**
 * `$skip`: operations to leave out from the start.
 * @throws invalidRequest naming the limit
 * @see OData 4.01 Part 1, 11.2.6.4
 */
export function parseSkip (text: string): number {
  return parseNumber('$skip', text, 0, pageLimits.maxSkip)
}

/** `$count`: true or false. @throws invalidRequest */
export function parseCount (text: string): boolean {
  const value = text.toLowerCase()
  if (value !== 'true' && value !== 'false') throw refuse('$count', 'it must be true or false')
  return value === 'true'
}

/** Operations on a page, by what the request and the service want: the smallest of them. */
export function toPageSize (top: number | undefined, preferred: number | undefined): number {
  return Math.min(top ?? preferred ?? pageLimits.defaultTop, preferred ?? pageLimits.maxTop, pageLimits.maxTop)
}
