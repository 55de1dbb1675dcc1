import type { Annotations, AnnotationValue, CsdlDocument, CsdlElement, CsdlProperty, CsdlStructuredType } from './model.js'
import { csdlVersion, toVocabularyNamespace, toVocabularyUrl } from './model.js'

type Json = Record<string, unknown>

function toValue (value: AnnotationValue): unknown {
  if (typeof value !== 'object') return value
  if (!('kind' in value)) return value.map(toValue)
  switch (value.kind) {
    case 'EnumMember': return value.member
    case 'Record': return Object.fromEntries(Object.entries(value.members).map(([name, member]) => [name, toValue(member)]))
    default: return value.path
  }
}

function toAnnotations (annotations: Annotations): Json {
  return Object.fromEntries(Object.entries(annotations).map(([term, value]) => [`@${term}`, toValue(value)]))
}

function byName<T extends { readonly name: string }> (items: readonly T[], convert: (item: T) => Json): Json {
  return Object.fromEntries(items.map((item) => [item.name, convert(item)]))
}

function toProperty ({ type, isCollection, isNullable, maxLength, precision, annotations }: CsdlProperty): Json {
  return {
    ...(isCollection && { $Collection: true }),
    // a property without a type is an Edm.String
    ...(type !== 'Edm.String' && { $Type: type }),
    ...(isNullable && { $Nullable: true }),
    ...(maxLength !== undefined && { $MaxLength: maxLength }),
    ...(precision !== undefined && { $Precision: precision }),
    ...toAnnotations(annotations)
  }
}

function toStructuredType ({ kind, base, isAbstract, isOpen, key, properties, containments, annotations }: CsdlStructuredType): Json {
  return {
    $Kind: kind,
    ...(base !== undefined && { $BaseType: base }),
    ...(isAbstract && { $Abstract: true }),
    ...(isOpen && { $OpenType: true }),
    ...(key.length > 0 && { $Key: key }),
    ...byName(properties, toProperty),
    ...byName(containments, ({ type, isCollection, annotations: own }) => ({
      $Kind: 'NavigationProperty', ...(isCollection && { $Collection: true }), $Type: type, $ContainsTarget: true, ...toAnnotations(own)
    })),
    ...toAnnotations(annotations)
  }
}

function toElement (element: CsdlElement): Json {
  switch (element.kind) {
    case 'EnumType': return { $Kind: element.kind, ...element.members, ...toAnnotations(element.annotations) }
    case 'EntityContainer': return {
      $Kind: element.kind,
      ...byName(element.children, ({ type, isCollection, annotations }) => ({ ...(isCollection && { $Collection: true }), $Type: type, ...toAnnotations(annotations) })),
      ...toAnnotations(element.annotations)
    }
    default: return toStructuredType(element)
  }
}

/** @see OData CSDL JSON 4.01 */
export function toCsdlJson ({ vocabularies, container, schemas }: CsdlDocument): string {
  return JSON.stringify({
    $Version: csdlVersion,
    $Reference: Object.fromEntries(vocabularies.map((alias) => [toVocabularyUrl(alias, 'json'), { $Include: [{ $Namespace: toVocabularyNamespace(alias), $Alias: alias }] }])),
    $EntityContainer: container,
    ...Object.fromEntries(schemas.map(({ namespace, elements }) => [namespace, byName(elements, toElement)]))
  })
}
