import type { TProperties, TSchema } from '@sinclair/typebox'
import { Type } from '@sinclair/typebox'
import type { StructuredType } from '../definition.js'
import { declaredProperties, definitionOf, findEnumeration, findStructured, typeMember } from '../definition.js'
import { immutableKey, splitNullable, textLimit } from '../primitives.js'
import type { TypeSet } from '../type-set.js'
import { toFamily } from './family.js'

/**
 * What a schema is for.
 * create: inside complex values, what may not be null is required
 * update: nothing is required; items of a collection are replaced whole, so they follow create
 * result: a whole operation or complex value, every declared member present
 */
export type View = 'create' | 'update' | 'result'

/**
 * How named types are written. Without it schemas are made for checking: named types stand inline and
 * nothing is said that constrains nothing. With it they are made for reading: `reference` gives the `$ref`
 * of a named type in a view, and descriptions and examples are kept.
 */
export type Reference = (name: string, view: View) => string

type Json = Record<string, unknown>

function pick (schema: TSchema, keys: readonly string[]): Json {
  return Object.fromEntries(keys.filter((key) => schema[key] !== undefined).map((key) => [key, schema[key] as unknown]))
}

/** The kinds of values a property may have beside named types, lists and choices. */
const primitives: readonly unknown[] = ['string', 'integer', 'number', 'boolean']

/** What a schema says beside what constrains a value. */
const notes: readonly string[] = ['title', 'description', 'examples', 'default', 'deprecated', 'readOnly', 'writeOnly', immutableKey]

/** Every constraint of a schema: what a host writes into a definition holds, or the validator refuses to start. */
function toConstraints (schema: TSchema): Json {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !notes.includes(key)))
}

/** `schema` that also takes null, said with `type` and `enum` where there is one, so that an error names the real rule. */
function orNull (schema: Json): Json {
  if (schema['type'] === undefined || schema['const'] !== undefined) return { anyOf: [schema, { type: 'null' }] }
  const values = schema['enum'] as unknown[] | undefined
  return { ...schema, type: [schema['type'], 'null'], ...(values && { enum: [...values, null] }) }
}

function toValue (schema: TSchema, view: View, reference: Reference | undefined): Json {
  const structured = findStructured(schema)
  if (structured !== undefined) {
    return reference === undefined ? toComplexSchema(structured, view) : { $ref: reference(definitionOf(structured).name, view) }
  }
  const enumeration = findEnumeration(schema)
  if (enumeration !== undefined && reference !== undefined) return { $ref: reference(enumeration.name, 'result') }
  const alternatives = schema['anyOf'] as TSchema[] | undefined
  if (alternatives !== undefined) return { anyOf: alternatives.map((member) => toValue(member, view, reference)) }
  if (schema['type'] === 'array') return { ...toConstraints(schema), items: toProperty(schema['items'] as TSchema, view === 'update' ? 'create' : view, reference) }
  if (!primitives.includes(schema['type'])) throw new TypeError(`a property cannot have the schema ${JSON.stringify(schema)}`)
  const isText = schema['type'] === 'string' && schema['enum'] === undefined && schema['format'] === undefined
  return { ...(isText && { maxLength: textLimit }), ...toConstraints(schema) }
}

/** One property in a view. */
export function toProperty (schema: TSchema, view: View, reference?: Reference): Json {
  const { value, isNullable } = splitNullable(schema)
  const converted = toValue(value, view, reference)
  const said = isNullable ? orNull(converted) : converted
  if (reference === undefined) return said
  const notes = { ...pick(value, ['description', 'examples']), ...pick(schema, ['description', 'examples']) }
  return { ...said, ...notes }
}

function toObject (properties: Iterable<[string, TSchema]>, open: boolean, view: View, reference: Reference | undefined, isRequired: (schema: TSchema) => boolean): TSchema {
  const members: TProperties = { [typeMember]: Type.Optional(Type.String(reference && { description: 'The type. It may be left out of requests.' })) }
  for (const [name, schema] of properties) {
    const converted = Type.Unsafe(toProperty(schema, view, reference))
    members[name] = isRequired(schema) ? converted : Type.Optional(converted)
  }
  return Type.Object(members, { additionalProperties: open })
}

/** A complex value in a view. */
export function toComplexSchema (type: StructuredType, view: View, reference?: Reference): TSchema {
  const isRequired = {
    create: (schema: TSchema) => !splitNullable(schema).isNullable && schema['type'] !== 'array',
    update: () => false,
    result: () => true
  }[view]
  return toObject(declaredProperties(type), definitionOf(type).open, view, reference, isRequired)
}

/** What a create or an update of a collection of `type` must look like, whatever derived type it means. */
export function toRequestSchema (type: StructuredType, types: TypeSet, view: 'create' | 'update', reference?: Reference): TSchema {
  const family = toFamily(type, types)
  return toObject(family.properties, family.open, view, reference, () => false)
}

/** What an operation of exactly `type` must look like before it is stored. */
export function toResultSchema (type: StructuredType): TSchema {
  return toObject(declaredProperties(type), definitionOf(type).open, 'result', undefined, () => true)
}
