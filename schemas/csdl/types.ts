import type { TSchema } from '@sinclair/typebox'
import type { EnumerationDefinition, StructuredType } from '../definition.js'
import { definitionOf, findEnumeration, findStructured } from '../definition.js'
import { descriptionOf, isImmutable, splitNullable } from '../primitives.js'
import { toEdmType } from './edm.js'
import type { Annotations, CsdlElement, CsdlEnumType, CsdlProperty, CsdlSchema, CsdlStructuredType } from './model.js'

/** The key of every entity type of the contract. */
const keyName = 'id'

/** What is not a character of XML, in a text that both notations are to say alike. @see XML 1.0, 2.2 */
const notXml = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g

function toDescription (text: string | undefined): Annotations {
  return text === undefined ? {} : { 'Core.Description': text.toWellFormed().replace(notXml, '\ufffd') }
}

/** A name and its namespace. */
export function splitName (qualified: string): { namespace: string, name: string } {
  const dot = qualified.lastIndexOf('.')
  return { namespace: qualified.slice(0, dot), name: qualified.slice(dot + 1) }
}

/** A key is chosen by the service unless the create gives one; other immutable properties come with the create. */
function toBehaviour (name: string, schema: TSchema): Annotations {
  if (name === keyName) return { 'Core.ComputedDefaultValue': true }
  return isImmutable(schema) ? { 'Core.Immutable': true } : {}
}

function toProperty ([name, schema]: readonly [string, TSchema], isEntitys: boolean): CsdlProperty {
  const { name: type, ...facets } = toEdmType(schema)
  return { name, type, ...facets, annotations: { ...toDescription(descriptionOf(schema)), ...(isEntitys && toBehaviour(name, schema)) } }
}

function toStructuredType (type: StructuredType): CsdlStructuredType {
  const { kind, name, base, abstract, open, own, description } = definitionOf(type)
  return {
    kind: kind === 'entity' ? 'EntityType' : 'ComplexType',
    name: splitName(name).name,
    ...(base !== undefined && { base: definitionOf(base).name }),
    isAbstract: abstract,
    isOpen: open,
    key: kind === 'entity' && Object.hasOwn(own, keyName) ? [keyName] : [],
    properties: Object.entries(own).map((property) => toProperty(property, kind === 'entity')),
    containments: [],
    annotations: toDescription(description)
  }
}

function toEnumType ({ name, members, description }: EnumerationDefinition): CsdlEnumType {
  return { kind: 'EnumType', name: splitName(name).name, members, annotations: toDescription(description) }
}

/** The named types that values of a schema have, the one it is made by among them. */
function namedIn (schema: TSchema): Array<StructuredType | EnumerationDefinition> {
  const { value } = splitNullable(schema)
  if (value['type'] === 'array') return namedIn(value['items'] as TSchema)
  const enumeration = findEnumeration(value)
  if (enumeration !== undefined) return [enumeration]
  const structured = findStructured(value)
  if (structured === undefined) return ((value['anyOf'] ?? []) as TSchema[]).flatMap(namedIn)
  const { base, own } = definitionOf(structured)
  return [structured, ...[...(base === undefined ? [] : [base]), ...Object.values(own)].flatMap(namedIn)]
}

function isEnumeration (named: StructuredType | EnumerationDefinition): named is EnumerationDefinition {
  return named.kind === 'enumeration'
}

/** Entity types with all they refer to, a schema per namespace. */
export function toSchemas (types: readonly StructuredType[]): CsdlSchema[] {
  const elements = new Map<string, CsdlElement>()
  for (const named of types.flatMap(namedIn)) {
    const name = isEnumeration(named) ? named.name : definitionOf(named).name
    if (!elements.has(name)) elements.set(name, isEnumeration(named) ? toEnumType(named) : toStructuredType(named))
  }
  const namespaces = new Map<string, CsdlElement[]>()
  for (const [qualified, element] of elements) {
    const { namespace } = splitName(qualified)
    namespaces.set(namespace, [...namespaces.get(namespace) ?? [], element])
  }
  return [...namespaces].map(([namespace, members]) => ({ namespace, elements: members }))
}
