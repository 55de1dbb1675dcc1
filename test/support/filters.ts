import { Type } from '@sinclair/typebox'
import { complex, enumeration, extend } from '../../schemas/definition.js'
import { Operation } from '../../schemas/operation.js'
import { boolean, dateTimeOffset, int32, nullable, text } from '../../schemas/primitives.js'
import type { NewRecord } from '../../index.js'
import type { Chance } from './chance.js'

/*
 * Random operations and filters over them, and what a filter means, said a second time from OData's text and
 * knowing nothing of the sources: instants are counted in 100 ns, texts compared by arrays of code points.
 * @see OData 4.01 Part 2, 5.1.1
 */

const Priority = enumeration('contoso.priority', { high: 7, low: -3, middle: 2 }, { description: 'A priority.' })
const Detail = complex('contoso.detail', { code: nullable(text('A code.')), level: int32('A level.') }, { description: 'A detail.' })

/** A type with a property of every kind, and open. */
export const Import = extend(Operation, 'contoso.importOperation', {
  label: nullable(text('A text.')),
  size: nullable(Type.Number({ description: 'A number.' })),
  urgent: nullable(boolean('A boolean.')),
  due: nullable(dateTimeOffset('An instant.')),
  priority: nullable(Priority),
  detail: nullable(Detail),
  tags: Type.Array(text('A tag.'), { description: 'A collection.' })
}, { description: 'An import.', open: true })

export type Kind = 'text' | 'number' | 'boolean' | 'instant' | 'status' | 'priority'
type Value = string | number | boolean | bigint | null

const names: Record<'status' | 'priority', Record<string, number>> = {
  status: { NotStarted: 0, Running: 1, Completed: 2, Failed: 3 },
  priority: { high: 7, low: -3, middle: 2 }
}

/** What orders and filters may name. */
export const declared: Record<string, Kind> = {
  id: 'text', createdDateTime: 'instant', lastActionDateTime: 'instant', status: 'status', label: 'text', size: 'number', urgent: 'boolean', due: 'instant', priority: 'priority', 'detail/code': 'text', 'detail/level': 'number'
}

const dynamic = ['x', 'y', '_z', 'x/x', 'x/y/x', 'constructor', 'eq']

const long = 'ü😀'.repeat(150)
export const texts = ['', 'a', 'A', 'ab', 'aB', 'b', "it's", "''", 'ß', 'SS', 'ss', 'İ', 'i̇', 'ı', 'Σ', 'ς', 'σ', 'é', 'e\u0301', '\ue000', '\uffff', '😀', '\u{10000}', '\u{10ffff}', '%', '_', '\\', '"', '\u2028', 'Running', 'running', '5', 'true', 'null', long, `${long}a`, `${long}b`, '2020-01-01T00:00:00Z', '2020-01-01T00:00:00z', '2020-02-30T00:00:00Z']
const numbers = [0, -0, 1, -1, 1.5, 0.1, 0.30000000000000004, 7, 1e21, -1e21, 2 ** 53, 2 ** 53 + 2, 2 ** 63, 2 ** 64, 5e-324, 1e-7, 1.7976931348623157e308, 123456789012345680]
export const instants = [
  '2020-01-01T00:00:00Z', '2020-01-01T03:00:00+03:00', '2019-12-31T19:30:00.0000000-04:30', '2020-01-01T00:00:00.0000001Z', '2020-01-01T00:00:00.1Z', '2020-01-01T00:00:00.9999999Z',
  '2016-12-31T23:57:13.8078619+03:00', '2016-12-31T20:57:13.8078619Z', '2016-12-31T20:57:13.8078620Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.9999999Z', '2020-02-29T12:34:00Z'
]

const epoch = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,7}))?(?:Z|([-+])(\d{2}):(\d{2}))$/

/** 100 ns since 1970, for the well-formed date-times of {@link instants} and {@link texts}. */
export function toTicks (dateTime: string): bigint | null {
  const found = epoch.exec(dateTime)
  if (found === null) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number)
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCDate() !== day) return null
  date.setUTCHours(hour, minute, second)
  const offset = (Number(found[9] ?? 0) * 60 + Number(found[10] ?? 0)) * (found[8] === '-' ? -1 : 1)
  return (BigInt(date.getTime()) - BigInt(offset) * 60_000n) * 10_000n + BigInt((found[7] ?? '').padEnd(7, '0'))
}

/** By code point. */
export function compareTexts (a: string, b: string): number {
  const [left, right] = [Array.from(a, (one) => one.codePointAt(0)!), Array.from(b, (one) => one.codePointAt(0)!)]
  const at = left.findIndex((point, index) => point !== right[index])
  if (at === -1) return left.length - right.length
  return at >= right.length ? 1 : left[at]! - right[at]!
}

function compareValues (a: Exclude<Value, null>, b: Exclude<Value, null>): number {
  if (typeof a === 'string') return compareTexts(a, b as string)
  return a === b ? 0 : a < b ? -1 : 1
}

/** A filter as it is meant; `is` names what a dynamic property is taken for. */
export type Meaning =
  | { kind: 'literal', value: Value, text: string }
  | { kind: 'property', path: string, is: Kind | 'any' }
  | { kind: 'call', name: 'contains' | 'startswith' | 'endswith' | 'tolower' | 'toupper' | 'length', operands: Meaning[] }
  | { kind: 'compare', operator: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le', left: Meaning, right: Meaning }
  | { kind: 'in', subject: Meaning, values: Array<Extract<Meaning, { kind: 'literal' }>> }
  | { kind: 'not', operand: Meaning }
  | { kind: 'and' | 'or', operands: Meaning[] }

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

function readPath (value: Json, path: string): Json | undefined {
  let at: Json | undefined = value
  for (const name of path.split('/')) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.keys(at).includes(name)) return undefined
    at = at[name]
  }
  return at
}

/** A property of an operation as a value of a kind, null when it is none. */
export function readProperty (operation: Json, path: string, is: Kind | 'any'): Value {
  const value = readPath(operation, path)
  if (value === undefined || value === null) return null
  switch (is) {
    case 'any': return true
    case 'text': return typeof value === 'string' ? value : null
    case 'number': return typeof value === 'number' ? value : null
    case 'boolean': return typeof value === 'boolean' ? value : null
    case 'instant': return typeof value === 'string' ? toTicks(value) : null
    case 'status':
    case 'priority': return typeof value === 'string' && Object.keys(names[is]).includes(value) ? names[is][value]! : null
  }
}

/** What a filter says of an operation: true, false or null (unknown). */
export function meaningOf (filter: Meaning, operation: Json): Value {
  const of = (one: Meaning): Value => meaningOf(one, operation)
  switch (filter.kind) {
    case 'literal': return filter.value
    case 'property': return readProperty(operation, filter.path, filter.is)
    case 'call': {
      const [text, part] = filter.operands.map(of) as [string | null, string | null | undefined]
      if (text === null || part === null) return null
      switch (filter.name) {
        case 'contains': return text.split(part!).length > 1 || part === ''
        case 'startswith': return text.slice(0, part!.length) === part
        case 'endswith': return text.slice(text.length - part!.length) === part && text.length >= part.length
        case 'tolower': return text.toLowerCase()
        case 'toupper': return text.toUpperCase()
        case 'length': return Array.from(text).length
      }
    }
    case 'compare': {
      const [left, right] = [of(filter.left), of(filter.right)]
      if (left === null || right === null) {
        // null equals null and nothing else, and is neither above nor below anything
        const bothNull = left === right
        return { eq: bothNull, ge: bothNull, le: bothNull, ne: !bothNull, gt: false, lt: false }[filter.operator]
      }
      const order = compareValues(left, right)
      return { eq: order === 0, ne: order !== 0, gt: order > 0, ge: order >= 0, lt: order < 0, le: order <= 0 }[filter.operator]
    }
    case 'in': {
      const subject = of(filter.subject)
      return filter.values.some(({ value }) => subject === null || value === null ? subject === value : compareValues(subject, value) === 0)
    }
    case 'not': {
      const operand = of(filter.operand)
      return operand === null ? null : !operand
    }
    case 'and': {
      const values = filter.operands.map(of)
      return values.includes(false) ? false : values.includes(null) ? null : true
    }
    case 'or': {
      const values = filter.operands.map(of)
      return values.includes(true) ? true : values.includes(null) ? null : false
    }
  }
}

const binding: Record<string, number> = { or: 1, and: 2, eq: 3, ne: 3, gt: 4, ge: 4, lt: 4, le: 4, not: 5, in: 6 }

function toStrength (filter: Meaning): number {
  return filter.kind === 'compare' ? binding[filter.operator]! : binding[filter.kind] ?? 9
}

/** A filter as a client writes it, with no more parentheses than it needs. */
export function toText (filter: Meaning): string {
  const inside = (one: Meaning, strength: number): string => toStrength(one) < strength ? `(${toText(one)})` : toText(one)
  switch (filter.kind) {
    case 'literal': return filter.text
    case 'property': return filter.path
    case 'call': return `${filter.name}(${filter.operands.map(toText).join(',')})`
    case 'compare': return `${inside(filter.left, toStrength(filter))} ${filter.operator} ${inside(filter.right, toStrength(filter) + 1)}`
    case 'in': return `${inside(filter.subject, 7)} in (${filter.values.map(({ text }) => text).join(',')})`
    case 'not': return `not ${inside(filter.operand, 5)}`
    default: return filter.operands.map((operand) => inside(operand, toStrength(filter) + 1)).join(` ${filter.kind} `)
  }
}

const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** A literal of a kind, in one of the ways to write it. */
function makeLiteral (chance: Chance, kind: Kind): Extract<Meaning, { kind: 'literal' }> {
  const literal = (value: Value, written: string) => ({ kind: 'literal', value, text: written } as const)
  switch (kind) {
    case 'text': {
      const value = chance.pick(texts)
      return literal(value, quote(value))
    }
    case 'number': {
      const value = chance.pick(numbers)
      return literal(value, chance.oneIn(4) ? value.toExponential() : String(value))
    }
    case 'boolean': {
      const value = chance.oneIn(2)
      return literal(value, chance.pick([String(value), String(value).toUpperCase()]))
    }
    case 'instant': {
      const value = chance.pick(instants)
      return literal(toTicks(value), chance.pick([value, value.toLowerCase(), value.replace('+', ' '), value.replace(/:00(?=[-+Z])/, '')]))
    }
    default: {
      const name = chance.pick(Object.keys(names[kind]))
      const written = chance.pick([name, name.toLowerCase(), name.toUpperCase()])
      const prefix = kind === 'status' ? chance.pick(['', 'microsoft.graph.operationStatus', 'Microsoft.Graph.OperationStatus']) : chance.pick(['', 'contoso.priority'])
      return literal(names[kind][name]!, prefix + quote(written))
    }
  }
}

const kinds: readonly Kind[] = ['text', 'number', 'boolean', 'instant', 'status', 'priority']
const operators = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const

function makeProperty (chance: Chance, is: Kind, allowDynamic: boolean): Meaning {
  const paths = Object.keys(declared).filter((path) => declared[path] === is)
  return { kind: 'property', path: chance.pick(allowDynamic ? [...paths, ...dynamic] : paths), is }
}

/** An operand that is no literal. */
function makeOperand (chance: Chance, kind: Kind, depth: number, allowDynamic = true): Meaning {
  if (kind === 'number' && chance.oneIn(3)) return { kind: 'call', name: 'length', operands: [makeOperand(chance, 'text', depth - 1)] }
  if (kind === 'text' && depth > 0 && chance.oneIn(3)) return { kind: 'call', name: chance.pick(['tolower', 'toupper']), operands: [makeOperand(chance, 'text', depth - 1)] }
  if (kind === 'boolean' && depth > 0 && chance.oneIn(2)) return makeFilter(chance, depth - 1)
  return makeProperty(chance, kind, allowDynamic)
}

const isDynamic = (one: Meaning): boolean => one.kind === 'property' && dynamic.includes(one.path)

function makeComparison (chance: Chance, depth: number): Meaning {
  const operator = chance.pick(operators)
  if (chance.oneIn(6)) {
    const path = chance.pick([...Object.keys(declared), ...dynamic, 'detail'])
    const sides: Meaning[] = [{ kind: 'property', path, is: 'any' }, { kind: 'literal', value: null, text: chance.pick(['null', 'NULL']) }]
    if (chance.oneIn(2)) sides.reverse()
    return { kind: 'compare', operator, left: sides[0]!, right: sides[1]! }
  }
  const kind = chance.pick(kinds)
  const sides = [makeOperand(chance, kind, depth), chance.oneIn(3) ? makeOperand(chance, kind, depth, false) : makeLiteral(chance, kind)]
  // the kind of a dynamic property must be known from its other side, which an enumeration's literal alone does not tell
  if (isDynamic(sides[0]!) && (isDynamic(sides[1]!) || (sides[1]!.kind === 'literal' && (kind === 'status' || kind === 'priority')))) sides[1] = makeProperty(chance, kind, false)
  if (chance.oneIn(3)) sides.reverse()
  return { kind: 'compare', operator, left: sides[0]!, right: sides[1]! }
}

/** A filter that goes with {@link Import}. */
export function makeFilter (chance: Chance, depth = 3): Meaning {
  switch (depth > 0 ? chance.below(9) : chance.below(5)) {
    case 0: return { kind: 'call', name: chance.pick(['contains', 'startswith', 'endswith']), operands: [makeOperand(chance, 'text', depth - 1), chance.oneIn(4) ? makeOperand(chance, 'text', depth - 1) : makeLiteral(chance, 'text')] }
    case 1: {
      const kind = chance.pick(kinds)
      const subject = makeOperand(chance, kind, depth - 1, kind !== 'status' && kind !== 'priority')
      const values = chance.some(1 + chance.below(4), () => makeLiteral(chance, kind))
      if (chance.oneIn(4)) values.splice(chance.below(values.length + 1), 0, { kind: 'literal', value: null, text: 'null' })
      return { kind: 'in', subject, values }
    }
    case 2: return chance.oneIn(3) ? { kind: 'literal', value: true, text: 'true' } : makeProperty(chance, 'boolean', true)
    case 3:
    case 4: return makeComparison(chance, Math.max(depth - 1, 0))
    case 5:
    case 6: return { kind: 'not', operand: makeFilter(chance, depth - 1) }
    default: return { kind: chance.pick(['and', 'or']), operands: chance.some(2 + chance.below(2), () => makeFilter(chance, depth - 1)) }
  }
}

const absentOr = (chance: Chance, make: () => Json): Json | undefined => chance.oneIn(4) ? undefined : chance.oneIn(4) ? null : make()

function makeDynamic (chance: Chance, depth: number): Json {
  switch (chance.below(depth > 0 ? 8 : 5)) {
    case 0: return chance.pick(texts)
    case 1: return chance.pick(numbers)
    case 2: return chance.oneIn(2)
    case 3: return chance.pick(instants)
    case 4: return null
    case 5: return chance.some(chance.below(3), () => makeDynamic(chance, 0))
    default: return { x: makeDynamic(chance, depth - 1), y: makeDynamic(chance, depth - 1) }
  }
}

/** The members of a random operation. */
export function makeMembers (chance: Chance, id: string): Record<string, Json> {
  const members: Record<string, Json | undefined> = {
    '@odata.type': '#contoso.importOperation',
    id,
    createdDateTime: chance.pick(instants),
    lastActionDateTime: chance.oneIn(5) ? null : chance.pick(instants),
    status: chance.oneIn(5) ? null : chance.pick(Object.keys(names.status)),
    label: chance.oneIn(5) ? null : chance.pick(texts),
    size: chance.oneIn(5) ? null : chance.pick(numbers),
    urgent: chance.oneIn(3) ? null : chance.oneIn(2),
    due: chance.oneIn(5) ? null : chance.pick(instants),
    priority: chance.oneIn(5) ? null : chance.pick(Object.keys(names.priority)),
    detail: chance.oneIn(4) ? null : { '@odata.type': '#contoso.detail', code: chance.oneIn(4) ? null : chance.pick(texts), level: chance.pick([0, 1, 2]) },
    tags: []
  }
  for (const name of ['x', 'y', '_z', 'constructor', 'eq']) members[name] = absentOr(chance, () => makeDynamic(chance, 2))
  return JSON.parse(JSON.stringify(members)) as Record<string, Json>
}

/** UTC with 7 fraction digits, from 100 ns since 1970. */
function toSortable (ticks: bigint): string {
  const millis = ticks / 10_000n - (ticks % 10_000n < 0n ? 1n : 0n)
  return `${new Date(Number(millis)).toISOString().slice(0, 23)}${String(ticks - millis * 10_000n).padStart(4, '0')}Z`
}

/** The record of an operation, its columns as the contract says. */
export function toRecord (members: Record<string, Json>): NewRecord {
  const created = readProperty(members, 'createdDateTime', 'instant') as bigint
  const lastAction = readProperty(members, 'lastActionDateTime', 'instant') as bigint | null
  const status = readProperty(members, 'status', 'status') as number | null
  return {
    id: members['id'] as string,
    type: 'contoso.importOperation',
    created: toSortable(created),
    lastAction: lastAction === null ? '' : toSortable(lastAction),
    status: status ?? -1,
    text: JSON.stringify(members)
  }
}

export interface Ordering {
  readonly path: string
  readonly descending: boolean
}

/** Up to four different properties. */
export function makeOrdering (chance: Chance): Ordering[] {
  const paths = Object.keys(declared)
  return chance.some(chance.below(4), () => paths.splice(chance.below(paths.length), 1)[0]!).map((path) => ({ path, descending: chance.oneIn(2) }))
}

export function toOrderBy (ordering: readonly Ordering[]): string {
  return ordering.map(({ path, descending }) => `${path}${descending ? ' desc' : ''}`).join(',')
}

/** Whether `a` comes before `b`: null lowest, texts by their first 256 characters, ties by creation and id in the last direction. */
export function compareOperations (a: Json, b: Json, ordering: readonly Ordering[]): number {
  const descending = ordering.at(-1)?.descending ?? false
  const whole = [...ordering, { path: 'createdDateTime', descending }, { path: 'id', descending }]
  for (const { path, descending: backwards } of whole) {
    const [left, right] = [a, b].map((operation) => {
      const value = readProperty(operation, path, declared[path]!)
      return typeof value === 'string' ? Array.from(value).slice(0, 256).join('') : value
    }) as [Value, Value]
    const order = left === null || right === null ? Number(left !== null) - Number(right !== null) : compareValues(left, right)
    if (order !== 0) return backwards ? -order : order
  }
  return 0
}
