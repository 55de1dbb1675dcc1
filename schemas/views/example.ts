import type { TSchema } from '@sinclair/typebox'
import type { StructuredType } from '../definition.js'
import { declaredProperties, findStructured, typeMember } from '../definition.js'
import { isImmutable, splitNullable } from '../primitives.js'
import { nameOf } from '../type-set.js'

type Json = Record<string, unknown>

function toMember (schema: TSchema, whole: boolean): unknown {
  const { value, isNullable } = splitNullable(schema)
  const given = (schema['examples'] ?? value['examples']) as unknown[] | undefined
  if (given !== undefined) return given[0]
  const structured = findStructured(value)
  const nested = structured === undefined ? {} : toExample(structured, whole)
  if (Object.values(nested).some((member) => member !== null && member !== nested[typeMember])) return nested
  return whole && isNullable ? null : undefined
}

/**
 * An example made of the examples of its properties.
 * @param whole a representation, with null for what is unset; otherwise what an update might send
 */
export function toExample (type: StructuredType, whole: boolean): Json {
  const members = declaredProperties(type)
    .filter(([, schema]) => whole || !isImmutable(schema))
    .map(([name, schema]) => [name, toMember(schema, whole)] as const)
  return { [typeMember]: `#${nameOf(type)}`, ...Object.fromEntries(members.filter(([, value]) => value !== undefined)) }
}
