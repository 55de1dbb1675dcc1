import type { StructuredType } from './definition.js'
import { definitionOf, lineage } from './definition.js'

/** Every entity type of one contract, and the questions asked about their names and descent. */
export interface TypeSet {
  readonly all: readonly StructuredType[]
  /**
   * The type a `@odata.type` names: with or without `#`, in any case, since the documents write
   * `microsoft.graph.ResultInfo` for what metadata calls `resultInfo`.
   */
  find: (name: string) => StructuredType | undefined
  /** The types below a type, itself not among them. */
  derivedFrom: (type: StructuredType) => readonly StructuredType[]
}

export function nameOf (type: StructuredType): string {
  return definitionOf(type).name
}

/** `name` without its `#`, lower-cased: two spellings of one type have the same key. */
export function typeNameKey (name: string): string {
  return name.replace(/^#/, '').toLowerCase()
}

export function descendsFrom (type: StructuredType, base: StructuredType): boolean {
  return lineage(type).includes(base)
}

/**
 * @throws TypeError when two different types have the same name.
 */
export function makeTypeSet (types: readonly StructuredType[]): TypeSet {
  const byName = new Map<string, StructuredType>()
  for (const type of types.flatMap(lineage)) {
    const key = typeNameKey(nameOf(type))
    if ((byName.get(key) ?? type) !== type) throw new TypeError(`two different types are called ${nameOf(type)}`)
    byName.set(key, type)
  }
  const all = Object.freeze([...byName.values()])
  const derived = new Map(all.map((type) => [type, all.filter((other) => other !== type && descendsFrom(other, type))]))
  return Object.freeze({
    all,
    find: (name: string) => byName.get(typeNameKey(name)),
    derivedFrom: (type: StructuredType) => derived.get(type) ?? []
  })
}
