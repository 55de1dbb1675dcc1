import type { Expression, Order, Reading } from '../query/tree.js'
import type { NewRecord } from '../store.js'
import type { Choices } from './case.js'
import { toRecord } from './case.js'
import { among, and, call, column, columns, compare, comparisons, due, flag, label, level, literal, member, not, or, size } from './expressions.js'
import { texts } from './texts.js'

/* Records and queries of every kind, the same ones in every run. */

export const numbers: readonly number[] = [0, 1, -1, 2, 10, 0.5, -0.5, 1.5, 0.1, 0.30000000000000004, 7, 1e21, -1e21, 2 ** 31, -(2 ** 31), 2 ** 53, 2 ** 53 + 2, -(2 ** 53) - 2, 2 ** 63, 2 ** 64, 1e15, 1e16, 123456789012345680, 5e-324, -5e-324, 1e-17, 1e-7, 2.2250738585072014e-308, 1e308, -1e308, 1.7976931348623157e308]

/** Date-times as they are written, some of them the same instant. */
export const dateTimes: readonly string[] = [
  '2020-01-01T00:00:00Z', '2020-01-01T03:00:00+03:00', '2019-12-31T19:30:00.0000000-04:30', '2020-01-01T00:00:00.0000001Z', '2020-01-01T00:00:00.1Z', '2020-01-01T00:00:00.10Z', '2020-01-01T00:00:00.9999999Z', '2020-01-01T01:00:00.9999999+01:00',
  '2016-12-31T23:57:13.8078619+03:00', '2016-12-31T20:57:13.8078619Z', '2016-12-31T20:57:13.8078620Z', '0001-01-01T00:00:00Z', '0001-01-01T23:59:00+23:59', '9999-12-31T23:59:59.9999999Z', '9999-12-31T00:00:59.9999999-23:59', '1969-12-31T23:59:59.9999999Z', '2020-02-29T12:34:00Z',
  // what is none
  '2021-02-29T12:34:00Z', '0000-01-01T00:00:00Z', '2020-01-01T24:00:00Z', '2020-01-01', '2020-01-01T00:00:00', '2020-01-01T00:00:00.12345678Z', 'soon', ''
]

/** Instants as a query has them: UTC, 7 fraction digits. */
export const instants: readonly string[] = ['0001-01-01T00:00:00.0000000Z', '0001-01-01T00:00:00.0000001Z', '1969-12-31T23:59:59.9999999Z', '1970-01-01T00:00:00.0000000Z', '2016-12-31T20:57:13.8078619Z', '2020-01-01T00:00:00.0000000Z', '2020-01-01T00:00:00.0000001Z', '2020-01-01T00:00:00.1000000Z', '2020-01-01T00:00:00.9999999Z', '9999-12-31T23:59:59.9999999Z']

/** Names of the enumeration, and what is none of them. */
const levels: readonly string[] = ['low', 'middle', 'high', 'LOW', 'other', 'constructor', 'toString', '']

const statuses: readonly number[] = [-1, 0, 1, 2, 3]

/** A record with a member of every kind; one in five is null, of another kind, or not there. */
export function makeRecord (id: string, choices: Choices): NewRecord {
  const { below, pick } = choices
  const maybe = (values: readonly unknown[]): unknown => [undefined, null, 5, 'x', true, ['x'], { code: 'x' }, pick(values)][Math.min(below(20), 7)]
  const detail = (depth: number): unknown => depth === 0 ? pick(texts) : { code: maybe(texts), deep: maybe([detail(depth - 1)]) }
  const members = { label: maybe(texts), size: maybe(numbers), flag: maybe([true, false]), due: maybe(dateTimes), level: maybe(levels), detail: maybe([detail(2)]), constructor: maybe(texts), _0: maybe(numbers) }
  return { ...toRecord(id, 0, members), created: pick(instants), lastAction: pick(['', ...instants]), status: pick(statuses) }
}

type Kind = 'text' | 'number' | 'instant' | 'enumeration' | 'boolean'

const kinds: readonly Kind[] = ['text', 'number', 'instant', 'enumeration', 'boolean']

/** What an expression of a kind may be compared with. */
const literals: Readonly<Record<Kind, ReadonlyArray<string | number | boolean>>> = { text: texts, number: numbers, instant: instants, enumeration: [-3, 2, 7, 0], boolean: [true, false] }

const subjects: Readonly<Record<Kind, readonly Expression[]>> = {
  text: [label, column('id'), member('detail/code', 'text'), member('detail/deep/code', 'text'), member('constructor', 'text')],
  number: [size, column('status'), member('_0', 'number'), member('detail/code', 'number')],
  instant: [due, column('created'), column('lastAction')],
  enumeration: [level, column('status')],
  boolean: [flag, member('detail/code', 'boolean')]
}

const paths: readonly string[] = ['label', 'size', 'flag', 'due', 'level', 'detail', 'detail/code', 'detail/deep', 'detail/deep/code', 'constructor', 'missing']

function makeOperand (kind: Kind, depth: number, choices: Choices): Expression {
  const { below, pick } = choices
  const isDeeper = depth > 0 && below(3) === 0
  if (isDeeper && kind === 'text') return call(pick(['tolower', 'toupper']), makeOperand('text', depth - 1, choices))
  if (isDeeper && kind === 'number') return call('length', makeOperand('text', depth - 1, choices))
  if (isDeeper && kind === 'boolean') return makeFilter(depth - 1, choices)
  return below(4) === 0 ? literal(pick(literals[kind])) : pick(subjects[kind])
}

/** A condition of some depth. */
export function makeFilter (depth: number, choices: Choices): Expression {
  const { below, pick } = choices
  const kind = pick(kinds)
  const operand = (one: Kind): Expression => makeOperand(one, depth, choices)
  switch (below(depth > 0 ? 9 : 5)) {
    case 0: return call(pick(['contains', 'startswith', 'endswith']), operand('text'), operand('text'))
    case 1: return among(pick(subjects[kind]), ...Array.from({ length: 1 + below(4) }, () => below(6) === 0 ? null : pick(literals[kind])))
    case 2: return compare(member(pick(paths), pick<Reading>(['any', 'text', 'boolean'])), pick(comparisons), null)
    case 3:
    case 4: return compare(operand(kind), pick(comparisons), operand(kind))
    case 5: return not(makeFilter(depth - 1, choices))
    case 6: return compare(makeFilter(depth - 1, choices), pick(comparisons), operand('boolean'))
    default: return pick([and, or])(...Array.from({ length: 2 + below(2) }, () => makeFilter(depth - 1, choices)))
  }
}

/** Up to four properties, of which an index serves some. */
export function makeOrder (choices: Choices): Order[] {
  const { below, pick } = choices
  const by: ReadonlyArray<Order['by']> = [...columns.map(column), label, size, flag, due, level, member('detail/code', 'text')]
  return [...new Set(Array.from({ length: below(5) }, () => pick(by)))].map((one) => ({ by: one, descending: below(2) === 0 }))
}
