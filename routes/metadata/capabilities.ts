import { toEdmType } from '../../schemas/csdl/edm.js'
import type { Annotations, AnnotationValue, PathValue, RecordValue } from '../../schemas/csdl/model.js'
import type { StructuredType } from '../../schemas/definition.js'
import { declaredProperties, definitionOf, findStructured } from '../../schemas/definition.js'
import { splitNullable } from '../../schemas/primitives.js'
import type { TypeSet } from '../../schemas/type-set.js'
import { nameOf } from '../../schemas/type-set.js'

/*
 * What the routes do and do not do, in the terms of OData's vocabulary for it.
 * @see OData Vocabularies 4.0: Org.OData.Capabilities.V1
 */

/** Vocabularies that the annotations use, by alias. */
export const vocabularies: readonly string[] = ['Core', 'Capabilities']

/** What a filter may be made of. */
const filterFunctions: readonly string[] = [
  'eq', 'ne', 'gt', 'ge', 'lt', 'le', 'and', 'or', 'not', 'in',
  'contains', 'startswith', 'endswith', 'tolower', 'toupper', 'length'
]

function record (members: Annotations): RecordValue {
  return { kind: 'Record', members }
}

function toTerms (members: Annotations): Annotations {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [`Capabilities.${name}`, value]))
}

type Properties = ReturnType<typeof declaredProperties>

/** What is beyond filters, and beyond orders: a complex value can be compared with null, and has no place in an order. */
type Use = 'filter' | 'order'

/** Properties that cannot be used so, those inside complex values among them. */
function wholesOf (properties: Properties, use: Use): string[] {
  return properties.flatMap(([name, schema]) => {
    if (toEdmType(schema).isCollection) return [name]
    const complexType = findStructured(splitNullable(schema).value)
    if (complexType === undefined) return []
    return [...(use === 'order' ? [name] : []), ...wholesOf(declaredProperties(complexType), use).map((path) => `${name}/${path}`)]
  })
}

/** The same for all that a collection of `type` holds; what a derived type declares is below its name. */
function toWholes (type: StructuredType, types: TypeSet, use: Use): readonly PathValue[] {
  // what the declared type does not declare has no order, whatever it is
  const derived = types.derivedFrom(type).flatMap((below) => {
    const own = definitionOf(below).own
    const paths = use === 'order' ? Object.keys(own) : wholesOf(Object.entries(own), use)
    return paths.map((path) => `${nameOf(below)}/${path}`)
  })
  return [...wholesOf(declaredProperties(type), use), ...derived].map((path) => ({ kind: 'PropertyPath', path }))
}

const upsertNote = 'An update of an operation that is not there creates it only where If-None-Match: * or Prefer: create-if-missing asks for that.'

/** Of a collection of operations, under names that terms and navigation restrictions share. */
function toOperationsMembers (type: StructuredType, types: TypeSet): Annotations {
  return {
    FilterFunctions: filterFunctions,
    FilterRestrictions: record({ Filterable: true, NonFilterableProperties: toWholes(type, types, 'filter') }),
    SearchRestrictions: record({ Searchable: false }),
    SortRestrictions: record({ Sortable: true, NonSortableProperties: toWholes(type, types, 'order') }),
    TopSupported: true,
    SkipSupported: true,
    SelectSupport: record({ Supported: true, Expandable: false }),
    IndexableByKey: true,
    InsertRestrictions: record({ Insertable: true, TypecastSegmentSupported: false }),
    UpdateRestrictions: record({
      Updatable: true,
      Upsertable: false,
      DeltaUpdateSupported: true,
      UpdateMethod: { kind: 'EnumMember', type: 'Capabilities.HttpMethod', member: 'PATCH' },
      FilterSegmentSupported: false,
      TypecastSegmentSupported: false,
      LongDescription: upsertNote
    }),
    DeleteRestrictions: record({ Deletable: true, FilterSegmentSupported: false, TypecastSegmentSupported: false }),
    ReadRestrictions: record({ Readable: true, TypecastSegmentSupported: false })
  }
}

/** What navigation restrictions have no member for. */
export const operationsTerms: Annotations = toTerms({
  CountRestrictions: record({ Countable: true }),
  ExpandRestrictions: record({ Expandable: false })
})

/** Of an entity set that is a collection of operations itself. */
export function toOperationsTerms (type: StructuredType, types: TypeSet): Annotations {
  return { ...toTerms(toOperationsMembers(type, types)), ...operationsTerms }
}

/** What is only a part of other URLs: nothing can be done with it. */
const closed: Annotations = {
  ReadRestrictions: record({ Readable: false }),
  UpdateRestrictions: record({ Updatable: false }),
  DeleteRestrictions: record({ Deletable: false })
}

/** A collection takes no new members either; what is single has no members. */
function toClosed (isCollection: boolean): Annotations {
  return isCollection ? { ...closed, InsertRestrictions: record({ Insertable: false }) } : closed
}

/** What capabilities depend on beside the collections. */
export interface Contract {
  readonly types: TypeSet
  /** Whether a change must say which state it is based on. */
  readonly requireIfMatch: boolean
}

/** Something below a child of the container, by its navigation path; of `type` when it is a collection of operations. */
export interface Reachable {
  readonly path: string
  readonly isCollection: boolean
  readonly type: StructuredType | undefined
}

/** Of a child of the container that has no route of its own, and of all that is below it. */
export function toPathTerms (isCollection: boolean, reachable: readonly Reachable[], { types, requireIfMatch }: Contract): Annotations {
  const restricted: AnnotationValue[] = reachable.map(({ path, isCollection: hasMembers, type }) => record({
    NavigationProperty: { kind: 'NavigationPropertyPath', path },
    ...(type === undefined ? toClosed(hasMembers) : { ...toOperationsMembers(type, types), OptimisticConcurrencyControl: requireIfMatch })
  }))
  return toTerms({ ...toClosed(isCollection), NavigationRestrictions: record({ RestrictedProperties: restricted }) })
}

/** Of the service as a whole, and what holds wherever nothing else is said. */
export const serviceTerms: Annotations = {
  'Core.ODataVersions': '4.0',
  'Core.ConventionalIDs': true,
  'Core.DereferenceableIDs': true,
  ...toTerms({
    SupportedFormats: ['application/json;odata.metadata=minimal', 'application/json;odata.metadata=full', 'application/json;odata.metadata=none'],
    SupportedMetadataFormats: ['application/xml', 'application/json'],
    KeyAsSegmentSupported: true,
    AsynchronousRequestsSupported: false,
    BatchSupported: false,
    CrossJoinSupported: false,
    QuerySegmentSupported: false,
    AnnotationValuesInQuerySupported: false,
    DefaultCapabilities: record({
      ChangeTracking: record({ Supported: false }),
      CountRestrictions: record({ Countable: true }),
      ComputeSupported: false,
      ExpandRestrictions: record({ Expandable: false }),
      SearchRestrictions: record({ Searchable: false })
    })
  })
}
