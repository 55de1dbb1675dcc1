import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import peggy from 'peggy'
import t from 'tap'
import { GraphError } from '../../errors.js'
import { parseSyntax } from '../../odata/syntax.js'
import type { Syntax } from '../../odata/syntax.js'
import { makeChance } from '../support/chance.js'
import type { Chance } from '../support/chance.js'
import { instants, texts, toTicks } from '../support/filters.js'

/** An expression as both readings can be compared: a kind, then what it is made of. */
type Tree = ReadonlyArray<string | number | bigint | readonly string[] | Tree | readonly Tree[]>

const grammar = peggy.generate(readFileSync(new URL('../support/filter.peggy', import.meta.url), 'utf8'))

const firstTicks = toTicks('0001-01-01T00:00:00Z')!
const lastTicks = toTicks('9999-12-31T23:59:59.9999999Z')!

/** Ticks of a date-time that this contract takes. */
function toContractTicks (dateTime: string): bigint | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|[-+](\d\d):(\d\d))$/.exec(dateTime)
  const [, , , , hour = 0, minute = 0, second = 0, , offsetHour = 0, offsetMinute = 0] = found?.map(Number) ?? []
  if (found === null || (found[7]?.length ?? 0) > 7 || hour > 23 || minute > 59 || second > 59 || (offsetHour || 0) > 23 || (offsetMinute || 0) > 59 || found[1] === '0000' || Number(found[2]) < 1 || Number(found[2]) > 12) return null
  const ticks = toTicks(dateTime)
  return ticks === null || ticks < firstTicks || ticks > lastTicks ? null : ticks
}

const parseByGrammar = (text: string): Tree => grammar.parse(text, { toTicks: toContractTicks }) as Tree

function toTree (syntax: Syntax): Tree {
  switch (syntax.kind) {
    case 'literal': {
      const { literal } = syntax
      switch (literal.type) {
        case 'instant': return ['instant', toTicks(literal.value)!]
        case 'enumeration': return ['enumeration', literal.typeName, literal.value]
        case 'boolean':
        case 'null': return [String(literal.value)]
        default: return [literal.type, literal.value]
      }
    }
    case 'path': return ['path', ...syntax.segments]
    case 'call': return ['call', syntax.name, syntax.operands.map(toTree)]
    case 'not': return ['not', toTree(syntax.operand)]
    case 'compare': return [syntax.operator, toTree(syntax.left), toTree(syntax.right)]
    case 'in': return ['in', toTree(syntax.subject), syntax.items.map(toTree)]
    default: return [syntax.kind, ...syntax.operands.map(toTree)]
  }
}

function print (tree: Tree | undefined): string {
  return tree === undefined ? 'refused' : JSON.stringify(tree, (_, value: unknown) => typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? '-0' : value)
}

function readByUs (text: string): Tree | undefined {
  try {
    return toTree(parseSyntax('$filter', text))
  } catch (error) {
    if (error instanceof GraphError && error.statusCode === 400) return undefined
    throw error
  }
}

function readByGrammar (text: string): Tree | undefined {
  try {
    return parseByGrammar(text)
  } catch (error) {
    if (error instanceof Error && error.name === 'SyntaxError') return undefined
    throw error
  }
}

function inAnyCase (chance: Chance, word: string): string {
  return chance.oneIn(3) ? Array.from(word, (letter) => chance.oneIn(2) ? letter.toUpperCase() : letter).join('') : word
}

const names = ['a', 'status', 'x_1', '_', 'eq', 'and', 'in', 'notes', 'Or', 'nullable', 'e5', 'microsoft.graph.call', 'T10']
const functions = ['contains', 'startsWith', 'tolower', 'cast', 'ge', 'f.g']

/** A random expression: its tree, how tightly it binds, and a text in which it is written as tightly as needed or more. */
interface Written { readonly tree: Tree, readonly text: string, readonly strength: number }

function makeLiteral (chance: Chance): Written {
  const written = (text: string, ...tree: Tree): Written => ({ tree, text, strength: 9 })
  const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`
  switch (chance.below(8)) {
    case 0: {
      const value = chance.pick(texts)
      return written(quote(value), 'text', value)
    }
    case 1: {
      const text = chance.pick(['0', '5', '-5', '+5', '0.5', '-1.25', '1e3', '1E-7', '2.5e+10', '007', '9007199254740993', '123456789012345678901234567890'])
      return written(text, 'number', Number(text))
    }
    case 2: {
      const value = chance.pick(instants)
      return written(chance.pick([value, value.toLowerCase(), value.replace('+', ' '), value.replace(/:00(?=[-+Z])/, '')]), 'instant', toTicks(value)!)
    }
    case 3: {
      const word = chance.pick(['true', 'false', 'null'])
      return written(inAnyCase(chance, word), word)
    }
    case 4: {
      const [type, value] = [chance.pick(['microsoft.graph.operationStatus', 'duration', 'x']), chance.pick(texts)]
      return written(type + quote(value), 'enumeration', type, value)
    }
    case 5: return written('2020-01-31', 'date', '2020-01-31')
    case 6: {
      const value = chance.pick(['2291d582-d582-2291-82d5-912282d59122', 'ABCDEFAB-ABCD-abcd-ABCD-ABCDEFABCDEF', '12345678-1234-1234-1234-123456789012'])
      return written(value, 'guid', value)
    }
    default: return makePath(chance)
  }
}

function makePath (chance: Chance): Written {
  const segments = chance.some(1 + chance.below(3), () => chance.pick(names))
  return { tree: ['path', ...segments], text: segments.join('/'), strength: 9 }
}

function makeExpression (chance: Chance, depth: number): Written {
  const space = (): string => chance.oneIn(5) ? chance.pick(['  ', '\t', ' \t ']) : ' '
  const gap = (): string => chance.oneIn(5) ? chance.pick([' ', '\t']) : ''
  const inside = (one: Written, strength: number): string => one.strength < strength || chance.oneIn(6) ? `(${gap()}${one.text}${gap()})` : one.text
  if (depth === 0) return chance.oneIn(2) ? makePath(chance) : makeLiteral(chance)
  switch (chance.below(7)) {
    case 0: {
      const operand = makeExpression(chance, depth - 1)
      const text = inside(operand, 5)
      return { tree: ['not', operand.tree], text: `${inAnyCase(chance, 'not')}${text.startsWith('(') && chance.oneIn(2) ? '' : space()}${text}`, strength: 5 }
    }
    case 1: {
      const operator = chance.pick(['eq', 'ne', 'gt', 'ge', 'lt', 'le'])
      const strength = operator === 'eq' || operator === 'ne' ? 3 : 4
      const [left, right] = [makeExpression(chance, depth - 1), makeExpression(chance, depth - 1)]
      return { tree: [operator, left.tree, right.tree], text: `${inside(left, strength)}${space()}${inAnyCase(chance, operator)}${space()}${inside(right, strength + 1)}`, strength }
    }
    case 2: {
      const subject = makeExpression(chance, depth - 1)
      const items = chance.some(1 + chance.below(3), () => makeLiteral(chance)).filter(({ tree }) => tree[0] !== 'path')
      if (items.length === 0) return subject
      return { tree: ['in', subject.tree, items.map(({ tree }) => tree)], text: `${inside(subject, 7)}${space()}${inAnyCase(chance, 'in')}${gap()}(${items.map(({ text }) => gap() + text + gap()).join(',')})`, strength: 6 }
    }
    case 3: {
      const name = chance.pick(functions)
      const operands = chance.some(chance.below(4), () => makeExpression(chance, depth - 1))
      return { tree: ['call', name, operands.map(({ tree }) => tree)], text: `${name}(${operands.map(({ text }) => gap() + text + gap()).join(',')})`, strength: 9 }
    }
    case 4: return makeExpression(chance, 0)
    default: {
      const kind = chance.pick(['and', 'or'])
      const strength = kind === 'or' ? 1 : 2
      const operands = chance.some(2 + chance.below(2), () => makeExpression(chance, depth - 1))
      return { tree: [kind, ...operands.map(({ tree }) => tree)], text: operands.map((operand) => inside(operand, strength + 1)).join(`${space()}${inAnyCase(chance, kind)}${space()}`), strength }
    }
  }
}

const pieces = ['(', ')', ',', '/', ':', "'", "''", ' ', '\t', '-', '+', '.', '$', '@', '[', '"', 'a', 'E', '5', '0', 'and', ' or ', 'not ', 'not', ' eq ', ' in ', 'in(', 'null', 'true', ' add ', ' has ', 'any(', '$it', '2020-01-01', 'T00:00', 'Z', '\0', '\n', 'é', '😀', '\ud800', '%', 'INF']

/** The text with a few small accidents. */
function mutate (chance: Chance, text: string): string {
  let mutated = text
  for (let times = 1 + chance.below(3); times > 0; times -= 1) {
    const [from, length] = [chance.below(mutated.length + 1), chance.below(4)]
    mutated = mutated.slice(0, from) + (chance.oneIn(3) ? '' : chance.pick(pieces)) + mutated.slice(chance.oneIn(2) ? from : from + length)
  }
  return mutated
}

t.test('what is written is read, by us and by a grammar made from the specification', async (t) => {
  let read = 0
  fc.assert(fc.property(fc.integer(), (seed) => {
    const { tree, text } = makeExpression(makeChance(seed), 3)
    const [ours, theirs, meant] = [readByUs(text), readByGrammar(text), tree].map(print)
    if (ours !== meant || theirs !== meant) throw new Error(`${text}\nmeant    ${String(meant)}\nwe read  ${String(ours)}\nthe grammar ${String(theirs)}`)
    read += 1
  }), { numRuns: 10_000, endOnFailure: true, includeErrorInReport: true })
  t.equal(read, 10_000)
})

t.test('what is broken is refused by both, or read alike', async (t) => {
  const counts = { read: 0, refused: 0 }
  fc.assert(fc.property(fc.integer(), (seed) => {
    const chance = makeChance(seed)
    const text = mutate(chance, makeExpression(chance, chance.below(4)).text)
    const [ours, theirs] = [print(readByUs(text)), print(text.isWellFormed() ? readByGrammar(text) : undefined)]
    if (ours !== theirs) throw new Error(`${JSON.stringify(text)}\nwe read  ${ours}\nthe grammar ${theirs}`)
    counts[ours === 'refused' ? 'refused' : 'read'] += 1
  }), { numRuns: 11_000, endOnFailure: true, includeErrorInReport: true })
  t.ok(counts.read > 1_000 && counts.refused > 4_000, JSON.stringify(counts))
})

t.test('precedence, case and spelling that others get wrong', async (t) => {
  for (const [text, tree] of [
    ['not (a) and b', '["and",["not",["path","a"]],["path","b"]]'],
    ['not(a)and(b)', '["and",["not",["path","a"]],["path","b"]]'],
    ['not a eq b', '["eq",["not",["path","a"]],["path","b"]]'],
    ['not a in (1)', '["not",["in",["path","a"],[["number",1]]]]'],
    ['a eq b gt c', '["eq",["path","a"],["gt",["path","b"],["path","c"]]]'],
    ['a lt b eq c', '["eq",["lt",["path","a"],["path","b"]],["path","c"]]'],
    ['a eq b ne c', '["ne",["eq",["path","a"],["path","b"]],["path","c"]]'],
    ['a or b and c', '["or",["path","a"],["and",["path","b"],["path","c"]]]'],
    ['(a or b) and c', '["and",["or",["path","a"],["path","b"]],["path","c"]]'],
    ['a and b and c or d', '["or",["and",["path","a"],["path","b"],["path","c"]],["path","d"]]'],
    ['NOT NOT a', '["not",["not",["path","a"]]]']
  ] as const) {
    t.equal(print(readByUs(text)), tree, text)
    t.equal(print(readByGrammar(text)), tree, `the grammar: ${text}`)
  }
})
