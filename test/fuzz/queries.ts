import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { caseOf, dateTime } from './values.js'
import type { Values } from './values.js'

type Json = Record<string, any>

/** Options as name and value, before they are encoded. */
export type Options = ReadonlyArray<readonly [name: string, value: string]>

interface Property {
  readonly path: string
  readonly kind: 'text' | 'instant' | 'number' | 'boolean' | 'enumeration' | 'dynamic' | 'complex' | 'collection'
  /** Of an enumeration. */
  readonly typeName?: string
  readonly names?: readonly string[]
}

const quote = (value: string): string => `'${value.replaceAll('\'', '\'\'')}'`
const textLiteral = fc.oneof(fc.constantFrom('', 'a', 'x', 'it\'s', '\'\'', '%', '_', '\\', '😀'), fc.string({ maxLength: 8 })).map(quote)
const comparison = fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le', 'EQ')

/** Makes query options for the collections of a document. */
export class Queries {
  readonly #values: Values
  readonly #schemas: Readonly<Record<string, Json>>

  constructor (values: Values, schemas: Readonly<Record<string, Json>>) {
    this.#values = values
    this.#schemas = schemas
  }

  #property (path: string, schema: Json): Property[] {
    const [value = schema] = (schema['anyOf'] as Json[] | undefined ?? [schema]).filter((one) => one['type'] !== 'null')
    if (value['$ref'] !== undefined) {
      const typeName = this.#values.nameOf(value)
      const names = this.#schemas[typeName]!['enum'] as string[] | undefined
      if (names !== undefined) return [{ path, kind: 'enumeration', typeName, names }]
      return [{ path, kind: 'complex' }, ...this.#values.propertiesOf(typeName).flatMap(([name, inner]) => this.#property(`${path}/${name}`, inner))]
    }
    const [kind] = [value['type']].flat() as string[]
    if (kind === 'array') return [{ path, kind: 'collection' }]
    if (kind === 'integer') return [{ path, kind: 'number' }]
    if (kind === 'boolean') return [{ path, kind }]
    return [{ path, kind: value['format'] === 'date-time' ? 'instant' : 'text' }]
  }

  /** What a query of a collection may name. */
  #propertiesOf (declared: string): Property[] {
    const known = this.#values.propertiesOf(declared).flatMap(([name, schema]) => this.#property(name, schema))
    return this.#values.isOpen(declared) ? [...known, ...['note', 'x', 'constructor', 'note/x'].map((path): Property => ({ path, kind: 'dynamic' }))] : known
  }

  #literals ({ kind, names = [], typeName = '' }: Property): Arbitrary<string> {
    switch (kind) {
      case 'instant': return dateTime
      case 'number': return fc.integer().map(String)
      case 'boolean': return fc.constantFrom('true', 'false')
      case 'enumeration': return fc.tuple(fc.constantFrom('', typeName), fc.oneof(...names.map(caseOf))).map(([type, name]) => `${type}'${name}'`)
      default: return textLiteral
    }
  }

  #term (property: Property): Arbitrary<string> {
    const { path, kind } = property
    const literal = this.#literals(property)
    const terms = [
      fc.tuple(comparison, literal).map(([operator, value]) => `${path} ${operator} ${value}`),
      fc.constantFrom('eq', 'ne').map((operator) => `${path} ${operator} null`),
      fc.array(literal, { minLength: 1, maxLength: 4 }).map((list) => `${path} in (${list.join(',')})`)
    ]
    const functions = [
      fc.tuple(fc.constantFrom('contains', 'startswith', 'endswith'), textLiteral).map(([name, value]) => `${name}(${path},${value})`),
      fc.tuple(fc.constantFrom('tolower', 'toupper'), textLiteral).map(([name, value]) => `${name}(${path}) eq ${value}`),
      fc.integer({ min: 0, max: 20 }).map((length) => `length(${path}) le ${length}`)
    ]
    return fc.oneof(...terms, ...(kind === 'text' || kind === 'dynamic' ? functions : []))
  }

  filterOf (declared: string): Arbitrary<string> {
    const single = this.#propertiesOf(declared).filter(({ kind }) => kind !== 'complex' && kind !== 'collection')
    const term = fc.oneof(...single.map((property) => this.#term(property)))
    const { filter } = fc.letrec<{ filter: string }>((tie) => ({
      filter: fc.oneof({ maxDepth: 3, depthSize: 'small' }, { weight: 3, arbitrary: term },
        { weight: 1, arbitrary: fc.tuple(tie('filter'), fc.constantFrom('and', 'or', 'AND'), tie('filter')).map(([left, word, right]) => `(${left}) ${word} ${right}`) },
        { weight: 1, arbitrary: tie('filter').map((inner) => `not (${inner})`) })
    }))
    return filter.filter((given) => given.length <= 1_000)
  }

  orderByOf (declared: string): Arbitrary<string> {
    const single = this.#propertiesOf(declared).filter(({ kind }) => kind !== 'complex' && kind !== 'collection' && kind !== 'dynamic')
    return fc.uniqueArray(fc.tuple(fc.constantFrom(...single.map(({ path }) => path)), fc.constantFrom('', ' asc', ' desc', '  DESC ')), { minLength: 1, maxLength: 4, selector: ([path]) => path })
      .map((terms) => terms.map(([path, direction]) => path + direction).join(','))
  }

  selectOf (declared: string): Arbitrary<string> {
    const paths = this.#propertiesOf(declared).map(({ path }) => path)
    return fc.array(fc.constantFrom('*', ...paths), { minLength: 1, maxLength: 5 }).map((names) => names.join(', '))
  }

  /** Options of the names a route documents, each at most once, in one of their spellings. */
  optionsOf (declared: string, names: readonly string[]): Arbitrary<Options> {
    const values: Readonly<Record<string, Arbitrary<string>>> = {
      $filter: this.filterOf(declared),
      $orderby: this.orderByOf(declared),
      $select: this.selectOf(declared),
      $top: fc.oneof(fc.constantFrom('1', '2', '1000', '007'), fc.integer({ min: 1, max: 1_000 }).map(String)),
      $skip: fc.integer({ min: 0, max: 5 }).map(String),
      $count: fc.constantFrom('true', 'false', 'TRUE')
    }
    const options = names.filter((name) => values[name] !== undefined).map((name) =>
      fc.option(fc.tuple(fc.constantFrom(name, name, name.slice(1), name.toUpperCase()), values[name]!), { nil: undefined, freq: 1 }))
    return fc.tuple(...options).map((chosen) => chosen.filter((option) => option !== undefined))
  }
}

/** Expressions and values that mean little, or nothing. */
export const oddOptions: Arbitrary<Options> = fc.array(fc.tuple(
  fc.oneof(fc.constantFrom('$filter', '$orderby', '$select', '$top', '$skip', '$count', '$skiptoken', '$expand', '$search', '$format', '$deltatoken', '', '__proto__', 'constructor', 'toString', '$', 'x'), fc.string({ maxLength: 6 })),
  fc.oneof(fc.constantFrom('', ' ', '0', '-1', '1001', '1e3', 'true', '\'', '(', 'not not not x', 'status eq', 'status eq 5', 'a/b/c eq 1', 'status has \'x\'', '$it eq 1', '\0', 'null', '@p', 'status,status', '*,*', 'id desc desc', 'contains(id)', 'nope(id)', '2016-12-31', 'id in ()', 'cast(id,Edm.String)'), fc.string({ unit: 'binary', maxLength: 30 }))
), { minLength: 1, maxLength: 2 })
