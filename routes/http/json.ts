import type { Issue } from '../../schemas/validator.js'

const quote = 0x22
const colon = 0x3a
const minus = 0x2d
const zero = 0x30
const nine = 0x39
const comma = 0x2c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d

/** Whole numbers of at most so many characters are all exact. */
const exactLength = 15

const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** The end of the string that begins at `start`, behind its closing quote. */
function toEnd (text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  for (let slashes = countSlashes(text, end); slashes % 2 === 1; slashes = countSlashes(text, end)) end = text.indexOf('"', end + 1)
  return end + 1
}

function countSlashes (text: string, end: number): number {
  let start = end
  while (text[start - 1] === '\\') start -= 1
  return end - start
}

function isNumeric (code: number): boolean {
  return code === minus || (code >= zero && code <= nine)
}

function numberAt (text: string, start: number): string {
  number.lastIndex = start
  return (number.exec(text) as RegExpExecArray)[0]
}

/** Whether a number reads as another one than was written: digits of a whole number gone, or too large or small. */
function losesValue (text: string): boolean {
  const value = Number(text)
  if (!Number.isFinite(value)) return true
  if (value === 0) return /^[^eE]*[1-9]/.test(text)
  // digits that are written again as they were read are kept, whatever their binary neighbour is
  return /^-?\d+$/.test(text) && String(value) !== text && BigInt(text) !== BigInt(value)
}

/** Members of all objects of a value. */
function countMembers (value: unknown): number {
  let count = 0
  const open = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next !== 'object' || next === null) continue
    const members: unknown[] = Object.values(next)
    if (!Array.isArray(next)) count += members.length
    for (const member of members) if (typeof member === 'object') open.push(member)
  }
  return count
}

/** Whether JSON.parse may have made less of the text than it says; quick, so that most texts are looked at no further. */
function mayLose (text: string, value: unknown): boolean {
  let members = 0
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = toEnd(text, at)
    } else if (isNumeric(code)) {
      const written = numberAt(text, at)
      if (written.length > exactLength || /[eE]/.test(written)) return true
      at += written.length
    } else {
      if (code === colon) members += 1
      at += 1
    }
  }
  return members !== countMembers(value)
}

interface Level {
  /** Of an object; an array has none. */
  readonly names: Set<string> | undefined
  /** Where the next member of it is: its name or index. */
  at: string | number
}

/** What is lost of a text that is JSON, with its path. */
function findFirstLoss (text: string): Issue | undefined {
  const levels: Level[] = []
  const toIssue = (problem: string): Issue => {
    const target = levels.map(({ at }) => at).join('/')
    return { target, message: `${target === '' ? 'the value' : `"${target}"`} ${problem}` }
  }
  let word = ''
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      const end = toEnd(text, at)
      word = text.slice(at, end)
      at = end
    } else if (isNumeric(code)) {
      const written = numberAt(text, at)
      if (losesValue(written)) return toIssue('is a number that cannot be kept as it is')
      at += written.length
    } else {
      const level = levels.at(-1)
      if (code === openBrace) levels.push({ names: new Set(), at: '' })
      else if (code === openBracket) levels.push({ names: undefined, at: 0 })
      else if (code === closeBrace || code === closeBracket) levels.pop()
      else if (code === comma && typeof level?.at === 'number') level.at += 1
      else if (code === colon && level?.names !== undefined) {
        level.at = word.includes('\\') ? JSON.parse(word) as string : word.slice(1, -1)
        if (level.names.has(level.at)) return toIssue('is there twice')
        level.names.add(level.at)
      }
      at += 1
    }
  }
  return undefined
}

/**
 * What JSON.parse made less of than the text says, without a word: a member that is there twice, or digits of
 * a number.
 * @see RFC 7493, 2.2 and 2.3
 */
export function findLoss (text: string, value: unknown): Issue | undefined {
  return mayLose(text, value) ? findFirstLoss(text) : undefined
}
