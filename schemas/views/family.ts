import type { TSchema } from '@sinclair/typebox'
import { Type } from '@sinclair/typebox'
import type { StructuredType } from '../definition.js'
import { declaredProperties, definitionOf, findEnumeration } from '../definition.js'
import { descriptionOf, nullable, splitNullable } from '../primitives.js'
import type { TypeSet } from '../type-set.js'

/** What a collection of a declared type may hold: the properties of the type, its bases and the types below it. */
export interface Family {
  readonly type: StructuredType
  readonly open: boolean
  readonly properties: ReadonlyMap<string, TSchema>
}

function isArray (schema: TSchema): boolean {
  return schema['type'] === 'array'
}

/** One schema for a property that several derived types declare in their own way. */
function merge (schemas: readonly TSchema[]): TSchema {
  const [first, ...rest] = schemas as [TSchema, ...TSchema[]]
  if (rest.length === 0) return first
  const description = schemas.map(descriptionOf).filter((text) => text !== undefined).join(' Or: ')
  const values = schemas.map((schema) => splitNullable(schema).value)
  if (values.every((value) => findEnumeration(value) !== undefined)) {
    return Type.Unsafe({ type: 'string', enum: [...new Set(values.flatMap((value) => value['enum'] as string[]))], description })
  }
  if (values.every(isArray)) return Type.Array(merge(values.map((value) => value['items'] as TSchema)), { description })
  return Type.Unsafe({ anyOf: values, description })
}

/**
 * The family of a type, as the routes of a collection check it before they know the stored type.
 * A property that only derived types have may be null here when the family is open: on an operation
 * of another type it is a dynamic one, which null removes. The stored type has the last word.
 */
export function toFamily (type: StructuredType, types: TypeSet): Family {
  const { open } = definitionOf(type)
  const properties = new Map(declaredProperties(type))
  const below = types.derivedFrom(type).flatMap((derived) => declaredProperties(derived).filter(([name]) => !properties.has(name)))
  for (const name of new Set(below.map(([below]) => below))) {
    const declared = [...new Set(below.filter(([other]) => other === name).map(([, schema]) => schema))]
    const merged = merge(declared)
    const isNullable = open || declared.some((schema) => splitNullable(schema).isNullable)
    const description = descriptionOf(merged)
    properties.set(name, isNullable ? nullable(splitNullable(merged).value, description === undefined ? {} : { description }) : merged)
  }
  return { type, open: open || types.derivedFrom(type).some((derived) => definitionOf(derived).open), properties }
}
