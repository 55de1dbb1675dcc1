import type { TSchema } from '@sinclair/typebox'
import type { EdmType } from '../../schemas/csdl/edm.js'
import { toEdmType } from '../../schemas/csdl/edm.js'
import type { StructuredType } from '../../schemas/definition.js'
import { findStructured, typeMember } from '../../schemas/definition.js'
import { splitNullable } from '../../schemas/primitives.js'
import type { Format } from './format.js'

type Json = Readonly<Record<string, unknown>>

/** Types that JSON tells by itself, or that the value names inside. @see OData JSON Format 4.01, 4.5.3 */
const isTold = ({ name, isCollection }: EdmType, value: unknown): boolean =>
  !isCollection && (['Edm.String', 'Edm.Boolean', 'Edm.Double', 'Edm.Untyped'].includes(name) || typeof value === 'object')

/** The name of a type as control information has it: `#Int32`, `#Collection(microsoft.graph.x)`. */
function toTypeName ({ name, isCollection }: EdmType): string {
  const short = name.replace(/^Edm\./, '')
  return isCollection ? `#Collection(${short})` : `#${short}`
}

/** Numbers that not every reader of JSON can hold. @see OData JSON Format 4.01, 3.2 */
const longTypes: readonly unknown[] = ['Edm.Int64', '#Int64', '#Decimal', '#Edm.Int64', '#Edm.Decimal']

function isJson (value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}

function toValue (value: unknown, schema: TSchema | undefined, isLong: boolean, format: Format): unknown {
  if (Array.isArray(value)) {
    const items = schema && splitNullable(schema).value['items'] as TSchema | undefined
    return value.map((item: unknown) => toValue(item, items, isLong, format))
  }
  if (typeof value === 'number' && isLong && format.isIeee754Compatible) return String(value)
  return isJson(value) ? toFormatted(value, schema && findStructured(splitNullable(schema).value), format) : value
}

/**
 * The members of a stored value with the control information that a format asks for: none of it, or in full
 * the types of declared properties too. `type` is that of the value, where it is known.
 * @see OData JSON Format 4.01, 3.1
 */
export function toFormatted (value: Json, type: StructuredType | undefined, format: Format): Json {
  const members: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    if (name.includes('@')) {
      if (format.level !== 'none') members[name] = member
      continue
    }
    const schema = type !== undefined && Object.hasOwn(type.properties, name) ? type.properties[name] : undefined
    const edm = schema && toEdmType(schema)
    if (format.level === 'full' && edm !== undefined && member !== null && !isTold(edm, member)) members[`${name}${typeMember}`] = toTypeName(edm)
    members[name] = toValue(member, schema, longTypes.includes(edm?.name ?? value[`${name}${typeMember}`]), format)
  }
  return members
}
