import type { TSchema } from '@sinclair/typebox'
import type { StructuredType } from '../definition.js'
import { declaredProperties, definitionOf, findEnumeration, findStructured, lineage, typeMember } from '../definition.js'
import { splitNullable } from '../primitives.js'
import type { TypeSet } from '../type-set.js'
import { nameOf } from '../type-set.js'
import { toExample } from './example.js'
import type { Reference, View } from './request.js'
import { toComplexSchema, toProperty, toRequestSchema } from './request.js'

type Json = Record<string, unknown>

const suffixes = { create: 'Create', update: 'Update', result: '' } as const satisfies Record<View, string>

/** The last part of a qualified name. */
export function toShortName (name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

/** The name of a type's component: `microsoft.graph.onenoteOperationUpdate`. */
export function toComponentName (name: string, view: View): string {
  return name + suffixes[view]
}

/** @see OpenAPI 3.1, 4.8.23 */
export const toReference: Reference = (name, view) => `#/components/schemas/${toComponentName(name, view)}`

const controlInformation = {
  [typeMember]: { type: 'string', description: 'The type of the value.' },
  '@odata.context': { type: 'string', description: 'Where the value is described; only on the outermost object.' },
  '@odata.etag': { type: 'string', description: 'The entity tag, for If-Match.' }
}

/**
 * The representation: `allOf` of the base and what the type adds, never closed, since derived types add more.
 * Only what `$select` cannot leave out is required.
 */
function toRepresentation (type: StructuredType, derived: readonly StructuredType[]): Json {
  const { name, base, own, kind, description } = definitionOf(type)
  const control = kind === 'entity' ? controlInformation : { [typeMember]: controlInformation[typeMember] }
  const members = {
    type: 'object',
    ...(base === undefined || Object.keys(own).length > 0 ? {
      properties: {
        ...(base === undefined && control),
        ...Object.fromEntries(Object.entries(own).map(([property, schema]) => [property, toProperty(schema, 'result', toReference)]))
      },
      ...(base === undefined && { required: [typeMember, ...Object.keys(own).filter((property) => property === 'id')] })
    } : {}),
    ...(derived.length > 0 && {
      discriminator: {
        propertyName: typeMember,
        mapping: Object.fromEntries([type, ...derived].filter((other) => !definitionOf(other).abstract).map((other) => [`#${nameOf(other)}`, toReference(nameOf(other), 'result')]))
      }
    })
  }
  const said = { title: toShortName(name), description }
  return base === undefined ? { ...said, ...members } : { ...said, allOf: [{ $ref: toReference(nameOf(base), 'result') }, members] }
}

/** The named types a property refers to. */
function namedIn (schema: TSchema): TSchema[] {
  const { value } = splitNullable(schema)
  const structured = findStructured(value)
  if (structured !== undefined) return [structured, ...declaredProperties(structured).flatMap(([, property]) => namedIn(property))]
  if (value['type'] === 'array') return namedIn(value['items'] as TSchema)
  return findEnumeration(value) === undefined ? [] : [value]
}

function withNotes (schema: TSchema, name: string, description: string): Json {
  return { title: toShortName(name), ...schema, description }
}

/**
 * The components of an OpenAPI document for collections of the `declared` types: representations of
 * every type they may hold, and what creates and updates take.
 */
export function toComponents (declared: Iterable<StructuredType>, types: TypeSet): Record<string, Json> {
  const components: Record<string, Json> = {}
  const roots = new Set<string>()
  const entities = new Set<StructuredType>()
  for (const type of declared) {
    const description = type['description'] as string
    for (const view of ['create', 'update'] as const) {
      const name = toComponentName(nameOf(type), view)
      const schema = toRequestSchema(type, types, view, toReference)
      components[name] = { ...withNotes(schema, name, `What ${view === 'create' ? 'a create' : 'an update'} takes. ${description}`), examples: [toExample(type, false)] }
      roots.add(name)
    }
    roots.add(nameOf(type))
    for (const member of [type, ...types.derivedFrom(type)].flatMap(lineage)) entities.add(member)
  }
  for (const type of entities) {
    components[nameOf(type)] = toRepresentation(type, types.derivedFrom(type).filter((derived) => entities.has(derived)))
    for (const named of declaredProperties(type).flatMap(([, schema]) => namedIn(schema))) {
      const enumeration = findEnumeration(named)
      if (enumeration !== undefined) {
        components[enumeration.name] = { type: 'string', enum: Object.keys(enumeration.members), title: toShortName(enumeration.name), description: enumeration.description }
        continue
      }
      const complexType = named as StructuredType
      components[nameOf(complexType)] = toRepresentation(complexType, [])
      for (const view of ['create', 'update'] as const) {
        const name = toComponentName(nameOf(complexType), view)
        components[name] = withNotes(toComplexSchema(complexType, view, toReference), name, definitionOf(complexType).description)
      }
    }
  }
  const used = new Set<string>()
  const visit = (name: string): void => {
    if (used.has(name)) return
    used.add(name)
    for (const [, other] of JSON.stringify(components[name]).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) visit(other as string)
  }
  roots.forEach(visit)
  return Object.fromEntries(Object.entries(components).filter(([name]) => used.has(name)).sort(([a], [b]) => a < b ? -1 : 1))
}
