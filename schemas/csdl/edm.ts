import type { TSchema } from '@sinclair/typebox'
import { definitionOf, findEnumeration, findStructured } from '../definition.js'
import { splitNullable, textLimit } from '../primitives.js'

/** The type of a property in terms of the Entity Data Model. */
export interface EdmType {
  /** `Edm.Int32`, or a qualified name. */
  readonly name: string
  readonly isCollection: boolean
  /** Of a collection: of its items. */
  readonly isNullable: boolean
  /** The most characters a text may have. */
  readonly maxLength?: number
  /** Digits of a second's fraction. */
  readonly precision?: number
}

/** Fraction digits of a date-time of this contract. */
const dateTimePrecision = 7

type Scalar = Pick<EdmType, 'name' | 'maxLength' | 'precision'>

function toTextType (schema: TSchema): Scalar {
  if (schema['format'] === 'date-time') return { name: 'Edm.DateTimeOffset', precision: dateTimePrecision }
  const isFree = schema['enum'] === undefined && schema['const'] === undefined && schema['format'] === undefined
  const maxLength = schema['maxLength'] as number | undefined ?? (isFree ? textLimit : undefined)
  return { name: 'Edm.String', ...(maxLength !== undefined && { maxLength }) }
}

function toScalar (schema: TSchema): Scalar {
  const structured = findStructured(schema)
  if (structured !== undefined) return { name: definitionOf(structured).name }
  const enumeration = findEnumeration(schema)
  if (enumeration !== undefined) return { name: enumeration.name }
  switch (schema['type']) {
    case 'string': return toTextType(schema)
    case 'boolean': return { name: 'Edm.Boolean' }
    case 'number': return { name: 'Edm.Double' }
    case 'integer': return { name: schema['format'] === 'int32' ? 'Edm.Int32' : 'Edm.Int64' }
    // a choice of one primitive type is that type, any other one has no name in the model
    default: {
      const [name, ...others] = new Set(((schema['anyOf'] ?? []) as TSchema[]).map((member) => toScalar(member).name))
      return { name: name !== undefined && others.length === 0 ? name : 'Edm.Untyped' }
    }
  }
}

/** @see OData CSDL 4.01, 3.3 */
export function toEdmType (schema: TSchema): EdmType {
  const { value, isNullable } = splitNullable(schema)
  if (value['type'] !== 'array') return { ...toScalar(value), isCollection: false, isNullable }
  const item = splitNullable(value['items'] as TSchema)
  return { ...toScalar(item.value), isCollection: true, isNullable: item.isNullable }
}
