import type { TSchema } from '@sinclair/typebox'
import type { StructuredType } from '../schemas/definition.js'
import { declaredProperties, definitionOf, findStructured, typeMember } from '../schemas/definition.js'
import { isImmutable, splitNullable } from '../schemas/primitives.js'
import { nameOf } from '../schemas/type-set.js'
import { isObject } from './payload.js'

type Members = Readonly<Record<string, unknown>>

/** Combines what is stored with what is sent for one property. */
type Merge = (stored: unknown, sent: unknown) => unknown

const replace: Merge = (_stored, sent) => sent

/**
 * The value of a dynamic property: objects are merged as complex values are, null takes a member away.
 * @see RFC 7396, 2
 */
const mergeDynamic: Merge = (stored, sent) => {
  if (!isObject(sent)) return sent
  // the type of a value goes first in it
  const type = sent[typeMember] === undefined ? {} : { [typeMember]: sent[typeMember] }
  const members: Record<string, unknown> = { ...type, ...(isObject(stored) ? stored : {}), ...type }
  mergeDynamicMembers(members, sent, () => true)
  return members
}

const annotationOf = (name: string): string => `${name}@odata.type`

/** Dynamic members of `sent` into `members`; an annotation goes where its property goes, just before it. */
function mergeDynamicMembers (members: Record<string, unknown>, sent: Members, isDynamic: (name: string) => boolean): void {
  for (const [name, value] of Object.entries(sent)) {
    if (name.includes('@') || !isDynamic(name)) continue
    const annotation = annotationOf(name)
    const type = sent[annotation] ?? (isObject(value) ? members[annotation] : undefined)
    const isOther = type !== members[annotation]
    // a value of another type is another value, not a part of the stored one
    const stored = isOther ? undefined : members[name]
    if (value === null || isOther) {
      Reflect.deleteProperty(members, annotation)
      Reflect.deleteProperty(members, name)
    }
    if (value === null) continue
    if (type !== undefined) members[annotation] = type
    members[name] = mergeDynamic(stored, value)
  }
}

/** What an absent property is: null where it may be, an empty collection, else nothing, which the result check refuses. */
function unsetOf (schema: TSchema): unknown {
  if (splitNullable(schema).isNullable) return null
  return schema['type'] === 'array' ? [] : undefined
}

function mergeFor (schema: TSchema): Merge {
  const { value } = splitNullable(schema)
  const structured = findStructured(value)
  if (structured !== undefined) {
    const merge = makeMerge(structured)
    return (stored, sent) => isObject(sent) ? merge(isObject(stored) ? stored : undefined, sent) : sent
  }
  if (value['type'] === 'array') {
    const mergeItem = mergeFor(value['items'] as TSchema)
    return (_stored, sent) => Array.isArray(sent) ? sent.map((item) => mergeItem(undefined, item)) : sent
  }
  return replace
}

/**
 * The one merge of a type, for a create (nothing stored) and an update: primitive values and collections
 * are replaced, complex values merged in depth, null sets null, absent members stay, immutable ones too.
 * The result has every declared property, in the order of the declaration, then the dynamic ones.
 * @see OData 4.01 Part 1, 11.4.3
 */
export function makeMerge (type: StructuredType): (stored: Members | undefined, sent: Members) => Record<string, unknown> {
  const declared = declaredProperties(type).map(([name, schema]) => ({
    name, merge: mergeFor(schema), unset: unsetOf(schema), isImmutable: isImmutable(schema)
  }))
  const names = new Set(declared.map(({ name }) => name))
  const { open } = definitionOf(type)
  const typeName = `#${nameOf(type)}`
  return (stored, sent) => {
    const result: Record<string, unknown> = { [typeMember]: typeName }
    for (const { name, merge, unset, isImmutable } of declared) {
      // an operation stored before its type had the property is without it
      const before = stored !== undefined && Object.hasOwn(stored, name) ? stored[name] : unset
      const isSent = Object.hasOwn(sent, name) && !(isImmutable && stored !== undefined)
      result[name] = isSent ? merge(before, sent[name]) : before
    }
    const isDynamic = (name: string): boolean => !names.has(name) && name !== typeMember
    if (open) {
      for (const name of Object.keys(stored ?? {})) if (isDynamic(name)) result[name] = stored?.[name]
      mergeDynamicMembers(result, sent, isDynamic)
    } else {
      // the result check refuses them by name: nothing that was sent is dropped in silence
      for (const name of Object.keys(sent)) if (isDynamic(name)) result[name] = sent[name]
    }
    return result
  }
}
