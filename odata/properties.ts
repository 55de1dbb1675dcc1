import type { TSchema } from '@sinclair/typebox'
import type { StructuredType } from '../schemas/definition.js'
import { declaredProperties, definitionOf, findEnumeration, findStructured } from '../schemas/definition.js'
import type { EnumerationDefinition } from '../schemas/definition.js'
import { splitNullable } from '../schemas/primitives.js'
import { nameOf } from '../schemas/type-set.js'
import type { ColumnReference, Member } from '../storage/query/tree.js'

/** What a path leads to. `dynamic` takes its kind from what it is compared with. */
export type PropertyKind = 'text' | 'number' | 'boolean' | 'instant' | 'dynamic' | 'complex' | 'collection' | EnumerationDefinition

export interface Property {
  readonly kind: PropertyKind
  readonly path: readonly string[]
  /** Where a store keeps it beside the text, for properties it has an index for. */
  readonly column: ColumnReference | undefined
}

/** The properties that stores have indexes for, where the declared type has them as an instant or an enumeration. */
const columns = new Map<string, ColumnReference>([
  ['id', { kind: 'column', column: 'id' }],
  ['createdDateTime', { kind: 'column', column: 'created' }],
  ['lastActionDateTime', { kind: 'column', column: 'lastAction' }],
  ['status', { kind: 'column', column: 'status' }]
])

/** Segments that a path may have. */
export const pathLimit = 16

/** How a dynamic property may be called. @see OData CSDL 4.01, 15.2 */
const dynamicName = /^[A-Za-z_]\w{0,127}$/

const primitiveKinds: Readonly<Record<string, PropertyKind>> = { string: 'text', integer: 'number', number: 'number', boolean: 'boolean', array: 'collection' }

function kindOf (schema: TSchema): PropertyKind {
  const { value } = splitNullable(schema)
  if (findStructured(value) !== undefined) return 'complex'
  if (value['format'] === 'date-time') return 'instant'
  return findEnumeration(value) ?? primitiveKinds[value['type'] as string] ?? 'dynamic'
}

/** Whether a kind is what a column of this name holds. */
function findColumn (name: string, kind: PropertyKind): ColumnReference | undefined {
  const column = columns.get(name)
  const held = { id: kind === 'text', created: kind === 'instant', lastAction: kind === 'instant', status: typeof kind === 'object' }
  return column !== undefined && held[column.column] ? column : undefined
}

/** Why a path leads nowhere: which of its segments, and what is wrong with it. */
export interface PathProblem {
  readonly problem: string
}

function findSimilar (type: StructuredType, name: string): string {
  const similar = declaredProperties(type).find(([declared]) => declared.toLowerCase() === name.toLowerCase())
  return similar === undefined ? '' : `; did you mean "${similar[0]}"?`
}

/**
 * What a path leads to in an operation of the declared type. What an open type does not declare is
 * dynamic: properties of derived types among it.
 * @see OData 4.01 Part 2, 5.1.1.15
 */
export function findProperty (declared: StructuredType, path: readonly string[]): Property | PathProblem {
  if (path.length > pathLimit) return { problem: `a path must have at most ${pathLimit} segments` }
  let type: StructuredType | undefined = declared
  let kind: PropertyKind = 'complex'
  for (const [depth, name] of path.entries()) {
    if (name.includes('.')) return { problem: `the type cast "${name}" is not supported` }
    if (kind === 'collection') return { problem: `"${path.slice(0, depth).join('/')}" is a collection, and a path cannot go into it` }
    if (kind !== 'complex' && kind !== 'dynamic') return { problem: `"${path.slice(0, depth).join('/')}" has no properties` }
    const schema: TSchema | undefined = type === undefined || !Object.hasOwn(type.properties, name) ? undefined : type.properties[name]
    if (schema !== undefined) {
      kind = kindOf(schema)
      type = findStructured(splitNullable(schema).value)
    } else {
      if (type !== undefined && !definitionOf(type).open) return { problem: `"${path.slice(0, depth + 1).join('/')}" is not a property of ${nameOf(type)}${findSimilar(type, name)}` }
      if (!dynamicName.test(name)) return { problem: `"${name}" cannot be the name of a property` }
      kind = 'dynamic'
      type = undefined
    }
  }
  return { kind, path, column: path.length === 1 ? findColumn(path[0] as string, kind) : undefined }
}

/**
 * The names of a property's enumerations in types below the declared one, which does not declare it: exact ones
 * by lower-case ones.
 */
export function toSpellings (name: string, below: readonly StructuredType[]): ReadonlyMap<string, string> {
  const enumerations = below.flatMap((type) => Object.hasOwn(type.properties, name) ? [kindOf(type.properties[name] as TSchema)] : []).filter((kind) => typeof kind === 'object')
  return new Map(enumerations.flatMap(({ members }) => Object.keys(members)).map((member) => [member.toLowerCase(), member]))
}

/** The expression that reads a property. `as` is what a dynamic one is taken for. */
export function toReading ({ kind, path, column }: Property, as: Member['reading']): ColumnReference | Member {
  if (column !== undefined) return column
  if (typeof kind === 'object') return { kind: 'member', path, reading: as === 'any' ? 'any' : 'enumeration', names: kind.members }
  const isOpen = kind === 'dynamic' || kind === 'complex' || kind === 'collection'
  return { kind: 'member', path, reading: isOpen ? as : kind }
}
