import { findInstant } from '../schemas/date-time.js'
import { refuse } from './refusal.js'

/** A piece of an expression, with where it begins. */
export type Token =
  | { readonly kind: 'name' | 'punctuation' | 'end', readonly text: string, readonly position: number }
  | { readonly kind: 'literal', readonly literal: Literal, readonly text: string, readonly position: number }

export type Literal =
  | { readonly type: 'text', readonly value: string }
  | { readonly type: 'number', readonly value: number }
  /** UTC with 7 fraction digits, which sorts in time order. */
  | { readonly type: 'instant', readonly value: string }
  | { readonly type: 'boolean', readonly value: boolean }
  | { readonly type: 'null', readonly value: null }
  /** `typeName'name'` */
  | { readonly type: 'enumeration', readonly typeName: string, readonly value: string }
  /** Kinds that no property of this contract has. */
  | { readonly type: 'date' | 'guid', readonly value: string }

const space = /[ \t]+/y
const quoted = /'((?:[^']|'')*)'/y
const name = /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/y
const guid = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/iy
const dateTime = /(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(Z|[-+ ]\d{2}:\d{2})?/iy
const date = /\d{4}-\d{2}-\d{2}/y
const number = /[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?/iy
const punctuation = /[(),/:]/y

const words: Readonly<Record<string, Literal>> = {
  true: { type: 'boolean', value: true },
  false: { type: 'boolean', value: false },
  null: { type: 'null', value: null }
}

function match (pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position
  return pattern.exec(text)
}

/** The instant of a literal; a `+` that a URL carried as it is arrives as a space. */
function findLiteralInstant ([, day = '', minutes = '', seconds = ':00', offset = '']: RegExpExecArray): string | undefined {
  return findInstant(`${day}T${minutes}${seconds}${offset.replace(' ', '+').toUpperCase()}`)
}

/** What stands at a position: a token without its place, and how long it is. */
type Scan = { readonly kind: 'name' | 'punctuation', readonly length: number } | { readonly kind: 'literal', readonly literal: Literal, readonly length: number }

type Refuse = (problem: string, position: number) => Error

function scanDateTime (found: RegExpExecArray, position: number, fail: Refuse): Scan {
  if (found[4] === undefined) throw fail(`the date-time ${found[0]} needs an offset, such as Z`, position)
  const value = findLiteralInstant(found)
  if (value === undefined) throw fail(`${found[0]} is not a date-time with at most 7 fraction digits and a year from 0001 to 9999`, position)
  return { kind: 'literal', literal: { type: 'instant', value }, length: found[0].length }
}

function scanName (found: string, text: string, position: number): Scan {
  const prefixed = match(quoted, text, position + found.length)
  if (prefixed !== null) {
    return { kind: 'literal', literal: { type: 'enumeration', typeName: found, value: unquote(prefixed) }, length: found.length + prefixed[0].length }
  }
  const word = found.toLowerCase()
  const literal = Object.hasOwn(words, word) ? words[word] : undefined
  return literal === undefined ? { kind: 'name', length: found.length } : { kind: 'literal', literal, length: found.length }
}

function unquote ([, content = '']: RegExpExecArray): string {
  return content.replaceAll("''", "'")
}

function scanNumber (found: string, position: number, fail: Refuse): Scan {
  const value = Number(found)
  if (!Number.isFinite(value)) throw fail(`${found} is too large a number`, position)
  return { kind: 'literal', literal: { type: 'number', value }, length: found.length }
}

function scan (text: string, position: number, fail: Refuse): Scan {
  const string = match(quoted, text, position)
  if (string !== null) return { kind: 'literal', literal: { type: 'text', value: unquote(string) }, length: string[0].length }
  if (text[position] === "'") throw fail('a text has no closing quote', position)
  const id = match(guid, text, position)
  if (id !== null) return { kind: 'literal', literal: { type: 'guid', value: id[0] }, length: id[0].length }
  const word = match(name, text, position)
  if (word !== null) return scanName(word[0], text, position)
  const moment = match(dateTime, text, position)
  if (moment !== null) return scanDateTime(moment, position, fail)
  const day = match(date, text, position)
  if (day !== null) return { kind: 'literal', literal: { type: 'date', value: day[0] }, length: day[0].length }
  const digits = match(number, text, position)
  if (digits !== null) return scanNumber(digits[0], position, fail)
  if (match(punctuation, text, position) !== null) return { kind: 'punctuation', length: 1 }
  const character = String.fromCodePoint(text.codePointAt(position) as number)
  if (character === '$' || character === '@') throw fail(`${character === '$' ? 'a path such as $it or $count' : 'a parameter alias or an annotation'} is not supported here`, position)
  throw fail(`${JSON.stringify(character)} is not expected`, position)
}

/**
 * Splits an expression into tokens; the last one is the end.
 * @throws invalidRequest with the position of what is no token
 * @see OData 4.01 ABNF, 7 Literal Data Values
 */
export function parseTokens (option: string, text: string): Token[] {
  const fail: Refuse = (problem, position) => refuse(option, problem, position)
  if (text.includes('\0') || !text.isWellFormed()) throw refuse(option, 'it must not contain U+0000 or half a surrogate pair')
  const tokens: Token[] = []
  let position = 0
  for (;;) {
    position += match(space, text, position)?.[0].length ?? 0
    if (position === text.length) break
    const { length, ...token } = scan(text, position, fail)
    const end = position + length
    // a literal or a name ends where its characters end
    if (token.kind !== 'punctuation' && /[\w'.]/.test(text[end] ?? '')) throw fail(`${JSON.stringify(text[end])} is not expected`, end)
    tokens.push({ ...token, text: text.slice(position, end), position })
    position = end
  }
  return [...tokens, { kind: 'end', text: 'the end', position }]
}
