import type { Annotations, AnnotationValue, CsdlDocument, CsdlElement, CsdlProperty, CsdlStructuredType } from './model.js'
import { csdlVersion, toVocabularyNamespace, toVocabularyUrl } from './model.js'

/** An attribute that is not there is `undefined`. */
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** Lines of XML, each with the indentation below its parent. */
type Lines = readonly string[]

const references: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Line ends and tabs of an attribute become blanks unless they are references. @see XML 1.0, 3.3.3 */
function escape (text: string): string {
  return text.replace(/[&<>"\t\n\r]/g, (character) => references[character] ?? `&#${character.charCodeAt(0)};`)
}

function element (name: string, attributes: Attributes, children: readonly Lines[] = []): Lines {
  const said = Object.entries(attributes).filter(([, value]) => value !== undefined).map(([key, value]) => ` ${key}="${escape(String(value))}"`).join('')
  const content = children.flat()
  if (content.length === 0) return [`<${name}${said}/>`]
  return [`<${name}${said}>`, ...content.map((line) => `  ${line}`), `</${name}>`]
}

/** A value as the attribute of what holds it, or as an element inside it. @see OData CSDL XML 4.01, 14.3 and 14.4 */
function toExpression (value: AnnotationValue): { attributes: Attributes, children: readonly Lines[] } {
  if (typeof value === 'string') return { attributes: { String: value }, children: [] }
  if (typeof value === 'boolean') return { attributes: { Bool: value }, children: [] }
  if (!('kind' in value)) return { attributes: {}, children: [element('Collection', {}, value.map(toItem))] }
  switch (value.kind) {
    case 'EnumMember': return { attributes: { EnumMember: `${value.type}/${value.member}` }, children: [] }
    case 'Record': return { attributes: {}, children: [toItem(value)] }
    default: return { attributes: { [value.kind]: value.path }, children: [] }
  }
}

/** A value inside a collection. */
function toItem (value: AnnotationValue): Lines {
  if (typeof value === 'object' && 'kind' in value && value.kind === 'Record') {
    return element('Record', {}, Object.entries(value.members).map(([name, member]) => {
      const { attributes, children } = toExpression(member)
      return element('PropertyValue', { Property: name, ...attributes }, children)
    }))
  }
  return Object.entries(toExpression(value).attributes).map(([kind, content]) => `<${kind}>${escape(String(content))}</${kind}>`)
}

function toAnnotations (annotations: Annotations): Lines[] {
  return Object.entries(annotations).map(([term, value]) => {
    const { attributes, children } = toExpression(value)
    return element('Annotation', { Term: term, ...attributes }, children)
  })
}

function toTypeName (type: string, isCollection: boolean): string {
  return isCollection ? `Collection(${type})` : type
}

function toProperty ({ name, type, isCollection, isNullable, maxLength, precision, annotations }: CsdlProperty): Lines {
  // a property may be null unless it says otherwise; of the items of a collection nothing is known
  const attributes = { Name: name, Type: toTypeName(type, isCollection), Nullable: isNullable && !isCollection ? undefined : isNullable, MaxLength: maxLength, Precision: precision }
  return element('Property', attributes, toAnnotations(annotations))
}

function toStructuredType ({ kind, name, base, isAbstract, isOpen, key, properties, containments, annotations }: CsdlStructuredType): Lines {
  return element(kind, { Name: name, BaseType: base, Abstract: isAbstract || undefined, OpenType: isOpen || undefined }, [
    ...(key.length > 0 ? [element('Key', {}, key.map((property) => element('PropertyRef', { Name: property })))] : []),
    ...properties.map(toProperty),
    ...containments.map(({ name: own, type, isCollection, annotations: ownAnnotations }) =>
      // a collection has no null
      element('NavigationProperty', { Name: own, Type: toTypeName(type, isCollection), Nullable: isCollection ? undefined : false, ContainsTarget: true }, toAnnotations(ownAnnotations))),
    ...toAnnotations(annotations)
  ])
}

function toElement (given: CsdlElement): Lines {
  switch (given.kind) {
    case 'EnumType': return element(given.kind, { Name: given.name }, [
      ...Object.entries(given.members).map(([name, value]) => element('Member', { Name: name, Value: value })),
      ...toAnnotations(given.annotations)
    ])
    case 'EntityContainer': return element(given.kind, { Name: given.name }, [
      ...given.children.map(({ name, type, isCollection, annotations }) => isCollection
        ? element('EntitySet', { Name: name, EntityType: type }, toAnnotations(annotations))
        : element('Singleton', { Name: name, Type: type }, toAnnotations(annotations))),
      ...toAnnotations(given.annotations)
    ])
    default: return toStructuredType(given)
  }
}

/** @see OData CSDL XML 4.01 */
export function toCsdlXml ({ vocabularies, schemas }: CsdlDocument): string {
  const lines = element('edmx:Edmx', { Version: csdlVersion, 'xmlns:edmx': 'http://docs.oasis-open.org/odata/ns/edmx' }, [
    ...vocabularies.map((alias) => element('edmx:Reference', { Uri: toVocabularyUrl(alias, 'xml') }, [
      element('edmx:Include', { Namespace: toVocabularyNamespace(alias), Alias: alias })
    ])),
    element('edmx:DataServices', {}, schemas.map(({ namespace, elements }) =>
      element('Schema', { Namespace: namespace, xmlns: 'http://docs.oasis-open.org/odata/ns/edm' }, elements.map(toElement))))
  ])
  return `<?xml version="1.0" encoding="UTF-8"?>\n${lines.join('\n')}\n`
}
