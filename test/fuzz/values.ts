import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'

type Json = Record<string, any>
type Schemas = Readonly<Record<string, Json>>

/** A text that every store keeps: no U+0000, no half of a surrogate pair. */
export const text = (maxLength: number): Arbitrary<string> =>
  fc.string({ unit: 'binary', maxLength }).map((given) => given.replaceAll('\0', '0'))

/** Any letter of a name in either case. */
export function caseOf (name: string): Arbitrary<string> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(name) }, { weight: 1, arbitrary: fc.constantFrom(name.toLowerCase(), name.toUpperCase()) },
    { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** BigInt(name.length) - 1n }).map((bits) => Array.from(name, (letter, index) => (bits >> BigInt(index)) & 1n ? letter.toUpperCase() : letter.toLowerCase()).join('')) })
}

const two = (number: number): string => String(number).padStart(2, '0')

/** A date-time with up to 7 fraction digits in any offset. */
export const dateTime: Arbitrary<string> = fc.record({
  day: fc.integer({ min: 0, max: 47_000 }), second: fc.integer({ min: 0, max: 86_399 }), fraction: fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), maxLength: 7 }), offset: fc.integer({ min: -23, max: 23 }), half: fc.boolean()
}).map(({ day, second, fraction, offset, half }) => {
  const date = new Date(day * 86_400_000 + second * 1_000).toISOString().slice(0, 19)
  const zone = offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${two(Math.abs(offset))}:${half ? '30' : '00'}`
  return `${date}${fraction === '' ? '' : `.${fraction}`}${zone}`
})

/** The key of an operation that the caller chooses. */
export const operationId: Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'b', 'c', 'A', '1', '-', '_', '...', 'a.b', '__proto__', 'constructor', 'toString') },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ0189_.-')), minLength: 3, maxLength: 128 }) }
)

/** Names of members that an open type keeps, among them those that every object of JavaScript has. */
const dynamicName = fc.constantFrom('note', 'x', 'y1', '_z', 'then', 'constructor', 'toString', 'toJSON', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'eq', 'and', 'value')

const number = fc.oneof(fc.integer(), fc.integer({ min: -1_000_000, max: 1_000_000 }).map((hundredths) => hundredths / 100))

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof({ maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(null, true, false), number, text(20), dateTime,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(dynamicName, tie('json')), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs)))
}))

const dynamicMembers: Arbitrary<Json> = fc.array(fc.tuple(dynamicName, json), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs))

/** Annotations, which are read past, and the one that stays with a dynamic member. */
const annotations: Arbitrary<Json> = fc.constantFrom<Json>({}, {}, {}, { '@odata.etag': 'W/"1"' }, { '@contoso.seen': [1] }, { 'status@contoso.by': 'me' }, { '@odata.id': 'x', '@odata.editLink': 'y' })

/** Makes values that the schemas of a document describe. */
export class Values {
  readonly #schemas: Schemas

  constructor (schemas: Schemas) {
    this.#schemas = schemas
  }

  /** The properties of a representation, its bases' first, without control information. */
  propertiesOf (type: string): Array<[name: string, schema: Json]> {
    const { allOf = [], properties = {} } = this.#schemas[type]!
    const inherited = (allOf as Json[]).flatMap((part) => part['$ref'] === undefined ? this.#own(part) : this.propertiesOf(this.nameOf(part)))
    return [...inherited, ...this.#own({ properties })]
  }

  #own ({ properties = {} }: Json): Array<[string, Json]> {
    return (Object.entries(properties as Json) as Array<[string, Json]>).filter(([name]) => !name.startsWith('@'))
  }

  nameOf ({ $ref }: Json): string {
    return ($ref as string).replace('#/components/schemas/', '')
  }

  /** The types that a collection of the declared type may hold. */
  typesOf (declared: string): string[] {
    const { discriminator, allOf = [] } = this.#schemas[declared]!
    const found = (discriminator ?? (allOf as Json[]).find((part) => part['discriminator'] !== undefined)?.['discriminator']) as Json | undefined
    return found === undefined ? [declared] : Object.keys(found['mapping'] as Json).map((name) => name.slice(1))
  }

  isOpen (declared: string): boolean {
    return this.#schemas[`${declared}Create`]?.['additionalProperties'] === true
  }

  /** A value of one schema; complex ones are whole, as a create takes them. */
  valueOf (schema: Json): Arbitrary<unknown> {
    if (schema['$ref'] !== undefined) return this.#named(this.nameOf(schema))
    if (schema['anyOf'] !== undefined) return fc.oneof(...(schema['anyOf'] as Json[]).map((one) => this.valueOf(one)))
    if (schema['enum'] !== undefined) return fc.constantFrom(...schema['enum'] as unknown[])
    const [kind, ...others] = [schema['type']].flat() as string[]
    const value = this.#plain(kind!, schema)
    return others.includes('null') ? fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) }) : value
  }

  #plain (kind: string, schema: Json): Arbitrary<unknown> {
    switch (kind) {
      case 'null': return fc.constant(null)
      case 'boolean': return fc.boolean()
      case 'integer': return fc.integer({ min: schema['minimum'] as number, max: schema['maximum'] as number })
      case 'array': return fc.array(this.valueOf(schema['items'] as Json), { maxLength: 2 })
      default: {
        if (schema['format'] === 'date-time') return dateTime
        const limit = schema['maxLength'] as number
        return fc.oneof({ weight: 20, arbitrary: text(12) }, { weight: 1, arbitrary: fc.constantFrom('x'.repeat(limit), '😀'.repeat(256), '"'.repeat(100), '\u2028\u2029') })
      }
    }
  }

  #named (given: string): Arbitrary<unknown> {
    const name = given.replace(/Create$/, '')
    const { enum: names, type } = this.#schemas[name]!
    if (names !== undefined) return fc.oneof(...(names as string[]).map(caseOf))
    if (type !== 'object') throw new Error(`${name} is neither an enumeration nor an object`)
    const { properties, required = [], additionalProperties } = this.#schemas[`${name}Create`]!
    const members = this.#own({ properties }).map(([member, schema]) => [member, this.valueOf(schema)] as const)
    const whole = fc.record(Object.fromEntries(members), { requiredKeys: required as string[], noNullPrototype: true })
    return fc.tuple(whole, additionalProperties === true ? dynamicMembers : fc.constant({}), fc.constantFrom({}, { '@odata.type': `#${name}` }, { '@odata.type': name.toUpperCase() }))
      .map(([declared, dynamic, type]) => ({ ...type, ...this.#withoutDeclared(dynamic, properties as Json), ...declared }))
  }

  #withoutDeclared (members: Json, declared: Json): Json {
    return Object.fromEntries(Object.entries(members).filter(([name]) => !Object.hasOwn(declared, name)))
  }

  /** The members of an operation of exactly this type, without its key. */
  bodyOf (type: string, declared: string): Arbitrary<Json> {
    const members = this.propertiesOf(type).filter(([name]) => name !== 'id').map(([name, schema]) => [name, this.valueOf(schema)] as const)
    const body = fc.record(Object.fromEntries(members), { requiredKeys: [], noNullPrototype: true })
    const family = this.#schemas[`${declared}Create`]!['properties'] as Json
    return fc.tuple(body, this.isOpen(declared) ? dynamicMembers : fc.constant({}), annotations)
      .map(([known, dynamic, more]) => ({ ...more, ...this.#withoutDeclared(dynamic, family), ...known }))
  }
}

/** A value that is of no use where it stands. */
export const oddValue: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 4.5, 1e300, '', ' ', 'x'.repeat(5_000), [], [[]], {}, { a: 1 }, '2016-13-31T00:00:00Z', '2016-12-31T00:00:00', 'Paused', '\0', '\ud800', 2 ** 31, { '@odata.type': 5 }, { code: 'x', subcode: null }),
  json
)

export const oddName: Arbitrary<string> = fc.oneof(
  fc.constantFrom('', ' ', '__proto__', 'constructor', 'prototype', 'a-b', 'é', 'x'.repeat(200), '@', '@odata.type', '@type', '@removed', '@context', '@odata.context', 'status', 'Status', 'id', 'ID', 'error', 'participants', 'completionReason', 'x@odata.type', '@@', 'a@b@c', '\0', '0', 'length'),
  text(6)
)
