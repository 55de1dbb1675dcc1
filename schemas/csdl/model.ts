/*
 * A schema as CSDL knows it, in neither of its two notations: `toCsdlXml` and `toCsdlJson` write the same
 * model, so that the documents cannot say different things.
 * @see OData CSDL XML 4.01; OData CSDL JSON 4.01
 */

/** A path as the value of an annotation. @see OData CSDL XML 4.01, 14.4.1.1 */
export interface PathValue {
  readonly kind: 'PropertyPath' | 'NavigationPropertyPath'
  readonly path: string
}

/** A member of a vocabulary's enumeration. */
export interface MemberValue {
  readonly kind: 'EnumMember'
  /** Qualified by an alias, such as `Capabilities.HttpMethod`. */
  readonly type: string
  readonly member: string
}

export interface RecordValue {
  readonly kind: 'Record'
  readonly members: Annotations
}

export type AnnotationValue = string | boolean | PathValue | MemberValue | RecordValue | readonly AnnotationValue[]

/** By the alias-qualified name of the term, such as `Core.Description`; or, in a record, by the member. */
export type Annotations = Readonly<Record<string, AnnotationValue>>

/** What a property, a navigation property and a child of the container have in common. */
interface Typed {
  /** `Edm.String`, or a qualified name. */
  readonly type: string
  readonly isCollection: boolean
  readonly annotations: Annotations
}

export interface CsdlProperty extends Typed {
  readonly name: string
  /** Of a collection: of its items. */
  readonly isNullable: boolean
  /** The most characters. */
  readonly maxLength?: number
  /** Digits of a second's fraction. */
  readonly precision?: number
}

/** Navigation to what exists only inside its parent. @see OData CSDL XML 4.01, 8.4 */
export interface CsdlContainment extends Typed {
  readonly name: string
}

export interface CsdlStructuredType {
  readonly kind: 'EntityType' | 'ComplexType'
  readonly name: string
  readonly base?: string
  readonly isAbstract: boolean
  readonly isOpen: boolean
  /** Names of its own properties that make the key. */
  readonly key: readonly string[]
  readonly properties: readonly CsdlProperty[]
  readonly containments: readonly CsdlContainment[]
  readonly annotations: Annotations
}

export interface CsdlEnumType {
  readonly kind: 'EnumType'
  readonly name: string
  readonly members: Readonly<Record<string, number>>
  readonly annotations: Annotations
}

/** An entity set when it is a collection, else a singleton. */
export interface CsdlContainerChild extends Typed {
  readonly name: string
}

export interface CsdlContainer {
  readonly kind: 'EntityContainer'
  readonly name: string
  readonly children: readonly CsdlContainerChild[]
  readonly annotations: Annotations
}

export type CsdlElement = CsdlStructuredType | CsdlEnumType | CsdlContainer

export interface CsdlSchema {
  readonly namespace: string
  readonly elements: readonly CsdlElement[]
}

export interface CsdlDocument {
  /** Aliases of the vocabularies that annotations use. */
  readonly vocabularies: readonly string[]
  /** Qualified name of the container. */
  readonly container: string
  readonly schemas: readonly CsdlSchema[]
}

/** Where a vocabulary is published. */
export function toVocabularyUrl (alias: string, notation: 'xml' | 'json'): string {
  return `https://oasis-tcs.github.io/odata-vocabularies/vocabularies/${toVocabularyNamespace(alias)}.${notation}`
}

export function toVocabularyNamespace (alias: string): string {
  return `Org.OData.${alias}.V1`
}

/** The version of CSDL, that of the answers. */
export const csdlVersion = '4.0'
