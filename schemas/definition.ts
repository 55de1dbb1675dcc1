import { Type } from '@sinclair/typebox'
import type { TObject, TProperties, TSchema, TString, TUnsafe } from '@sinclair/typebox'

/** Where a schema keeps what JSON Schema cannot say about it: its qualified name, base and kind. */
const definition: unique symbol = Symbol('microsoft.graph type definition')

/** The control information that names the type of a value. @see OData JSON Format 4.01, 4.5.3 */
export const typeMember = '@odata.type'

export interface EnumerationDefinition {
  readonly kind: 'enumeration'
  readonly description: string
  /** Qualified name, such as `microsoft.graph.operationStatus`. */
  readonly name: string
  /** Member names with their numeric values, which give the order. */
  readonly members: Readonly<Record<string, number>>
}

export interface StructuredDefinition {
  readonly kind: 'entity' | 'complex'
  readonly description: string
  readonly name: string
  readonly base?: StructuredType
  /** An abstract type has no instances. */
  readonly abstract: boolean
  /** An open type keeps members it does not declare. @see OData CSDL 4.01, 6.3 and 9.3 */
  readonly open: boolean
  /** What the type declares itself, without its bases. */
  readonly own: Readonly<TProperties>
}

/** A structured type with its static properties kept for `Static<typeof T>`. */
export interface Defined<P extends TProperties> extends TObject<P> {
  readonly [definition]: StructuredDefinition
}

/** Any structured type. */
export interface StructuredType extends TObject {
  readonly [definition]: StructuredDefinition
}

/** An enumeration with its names kept for `Static<typeof T>`. */
export interface DefinedEnumeration<N extends string> extends TUnsafe<N> {
  readonly [definition]: EnumerationDefinition
}

type WithTypeMember = { '@odata.type': TString }

interface TypeOptions {
  description: string
  open?: boolean
  abstract?: boolean
}

const qualifiedName = /^(?:[A-Za-z_]\w{0,127}\.)+[A-Za-z_]\w{0,127}$/

function checkName (name: string): void {
  if (!qualifiedName.test(name)) throw new TypeError(`"${name}" is not a qualified type name such as contoso.importOperation`)
}

function toStructured<P extends TProperties> (given: StructuredDefinition, properties: TProperties): Defined<P> {
  checkName(given.name)
  const schema = Type.Object({ [typeMember]: Type.String(), ...properties }, { description: given.description })
  return Object.freeze(Object.assign(schema, { [definition]: Object.freeze(given) })) as unknown as Defined<P>
}

/** An entity type without a base: the root of a family. */
export function entity<P extends TProperties> (name: string, properties: P, { description, open = false, abstract = false }: TypeOptions): Defined<WithTypeMember & P> {
  return toStructured({ kind: 'entity', description, name, own: properties, open, abstract }, properties)
}

/** A structured type without a key, used as the value of a property. */
export function complex<P extends TProperties> (name: string, properties: P, { description, open = false }: TypeOptions): Defined<WithTypeMember & P> {
  return toStructured({ kind: 'complex', description, name, own: properties, open, abstract: false }, properties)
}

/**
 * The only way an entity type is derived: it records base and qualified name beside the flattened
 * properties, so that static type, validation, documentation and metadata come from one place.
 * A type derived from an open one is open.
 * @throws TypeError when the name is not qualified or a property is declared twice.
 * @see OData CSDL 4.01, 6.1 to 6.3
 */
export function extend<B extends TProperties, P extends TProperties> (base: Defined<B>, name: string, properties: P, { description, open = false, abstract = false }: TypeOptions): Defined<B & P> {
  const inherited = base.properties as TProperties
  for (const property of Object.keys(properties)) {
    if (Object.hasOwn(inherited, property)) throw new TypeError(`${name} declares "${property}", which it inherits`)
  }
  const given: StructuredDefinition = {
    kind: base[definition].kind, description, name, base: base as unknown as StructuredType, own: properties, open: open || base[definition].open, abstract
  }
  return toStructured(given, { ...inherited, ...properties })
}

/** An enumeration; `members` maps each name to its numeric value. @see OData CSDL 4.01, 10 */
export function enumeration<M extends Readonly<Record<string, number>>> (name: string, members: M, { description }: { description: string }): DefinedEnumeration<keyof M & string> {
  checkName(name)
  const schema = Type.Unsafe<keyof M & string>({ type: 'string', enum: Object.keys(members), description })
  return Object.assign(schema, { [definition]: Object.freeze<EnumerationDefinition>({ kind: 'enumeration', name, description, members: Object.freeze({ ...members }) }) })
}

interface Marked {
  readonly [definition]: EnumerationDefinition | StructuredDefinition
}

/** The definition behind a structured type. */
export function definitionOf (type: StructuredType): StructuredDefinition {
  return type[definition]
}

/** The definition of a schema that was made by {@link enumeration}, else `undefined`. */
export function findEnumeration (schema: TSchema): EnumerationDefinition | undefined {
  const found = (schema as Partial<Marked>)[definition]
  return found?.kind === 'enumeration' ? found : undefined
}

/** The schema itself when it was made by {@link complex} or {@link entity}, else `undefined`. */
export function findStructured (schema: TSchema): StructuredType | undefined {
  const found = (schema as Partial<Marked>)[definition]
  return found !== undefined && found.kind !== 'enumeration' ? schema as StructuredType : undefined
}

/** The type and its bases, the type first. */
export function lineage (type: StructuredType): StructuredType[] {
  const { base } = definitionOf(type)
  return base === undefined ? [type] : [type, ...lineage(base)]
}

/** The declared properties of a type, bases first, without control information. */
export function declaredProperties (type: StructuredType): Array<[name: string, schema: TSchema]> {
  return Object.entries(type.properties).filter(([name]) => name !== typeMember)
}

type Primitive = string | number | boolean | null | undefined

/** What an update takes of a representation `R`: any part of it; complex values are merged, collections replaced. */
export type Update<R> = R extends Primitive | readonly unknown[] ? R : { readonly [K in keyof R]?: Update<R[K]> }

/** What a create takes of a representation `R`: any part of it; inside complex values what may not be null is needed. */
export type Create<R> = { readonly [K in keyof R]?: CreateValue<R[K]> }
type CreateValue<V> = V extends Primitive ? V : V extends ReadonlyArray<infer I> ? ReadonlyArray<CreateValue<I>>
  : { readonly [K in keyof V as K extends OptionalMember<V> ? never : K]: CreateValue<V[K]> } & { readonly [K in OptionalMember<V>]?: CreateValue<V[K]> }
type OptionalMember<V> = { [K in keyof V]: K extends typeof typeMember ? K : null extends V[K] ? K : never }[keyof V]
