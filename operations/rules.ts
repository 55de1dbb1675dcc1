import type { TSchema } from '@sinclair/typebox'
import { invalidRequest } from '../errors.js'
import { findInstant } from '../schemas/date-time.js'
import type { StructuredType } from '../schemas/definition.js'
import { declaredProperties, definitionOf, findEnumeration, typeMember } from '../schemas/definition.js'
import { OperationStatus } from '../schemas/operation-status.js'
import { splitNullable } from '../schemas/primitives.js'
import type { TypeSet } from '../schemas/type-set.js'
import { descendsFrom, nameOf } from '../schemas/type-set.js'
import { compile } from '../schemas/validator.js'
import { toResultSchema } from '../schemas/views/request.js'
import { absent } from '../storage/query/evaluate.js'
import { freeze } from '../storage/record.js'
import type { NewRecord, OperationRecord } from '../storage/store.js'
import { makeMerge } from './merge.js'

/** Characters that the representation of one operation may have: bodies are bounded, what they add up to is too. */
export const textSizeLimit = 262_144

/** Dynamic properties that one operation may have. */
export const dynamicPropertyLimit = 100

/** What the domain knows of one entity type. */
export interface TypeRules {
  readonly type: StructuredType
  readonly merge: ReturnType<typeof makeMerge>
  readonly has: (property: string) => boolean
  /** Whether its `status` is an operationStatus, which moves by the rules. */
  readonly hasOperationStatus: boolean
  /** The name of a record's status; `undefined` for a type or operation without one. */
  readonly findStatus: (number: number) => string | undefined
  /** @throws invalidRequest when the members are not a whole operation of this type. */
  readonly check: (members: Readonly<Record<string, unknown>>) => void
  /** @throws invalidRequest when a request names a type that this one is not. */
  readonly checkTypeName: (name: string | undefined) => void
  /**
   * The record of checked members, which are fixed from here on; `fallback` is the instant for a type or operation without a creation date, and
   * `before` what they were made of.
   * @throws invalidRequest when it is larger than {@link textSizeLimit}
   */
  readonly toRecord: (members: Readonly<Record<string, unknown>>, fallback: string, before?: OperationRecord) => NewRecord
}

function makeTypeRules (type: StructuredType, types: TypeSet): TypeRules {
  const validate = compile(toResultSchema(type))
  const names = new Set(declaredProperties(type).map(([name]) => name))
  const { open, name } = definitionOf(type)
  const status = findEnumeration(splitNullable(type.properties['status'] ?? {} as TSchema).value)
  const statusNumbers = status?.members
  const statusNames = new Map(Object.entries(statusNumbers ?? {}).map(([name, number]) => [number, name]))
  const instantOf = (members: Readonly<Record<string, unknown>>, property: string): string | undefined => {
    const value = members[property]
    return names.has(property) && typeof value === 'string' ? findInstant(value) : undefined
  }
  return {
    type,
    merge: makeMerge(type),
    has: (property) => names.has(property),
    hasOperationStatus: status?.name === findEnumeration(OperationStatus)?.name,
    findStatus: (number) => statusNames.get(number),
    check (members) {
      const issues = validate(members)
      if (issues.length > 0) throw invalidRequest(issues)
      if (!open) return
      const dynamic = Object.keys(members).filter((member) => !member.includes('@') && !names.has(member))
      if (dynamic.length > dynamicPropertyLimit) throw invalidRequest([{ target: '', message: `an operation must have at most ${dynamicPropertyLimit} dynamic properties` }])
    },
    checkTypeName (given) {
      const named = given === undefined ? type : types.find(given)
      if (named === undefined || !descendsFrom(type, named)) {
        throw invalidRequest([{ target: typeMember, message: `the operation is a #${name}, which is fixed at its creation, and not a ${String(given)}` }])
      }
    },
    toRecord (members, fallback, before) {
      const text = JSON.stringify(members)
      if (text.length > textSizeLimit) throw invalidRequest([{ target: '', message: `an operation must have at most ${textSizeLimit.toLocaleString('en')} characters` }])
      return {
        id: members['id'] as string,
        type: name,
        created: before !== undefined && members['createdDateTime'] === before.value['createdDateTime'] ? before.created : instantOf(members, 'createdDateTime') ?? fallback,
        lastAction: instantOf(members, 'lastActionDateTime') ?? absent.lastAction,
        status: statusNumbers?.[members['status'] as string] ?? absent.status,
        text,
        value: freeze(members)
      }
    }
  }
}

/** The rules of every type, each made when it is first needed. */
export function makeRules (types: TypeSet): (typeName: string) => TypeRules {
  const made = new Map<string, TypeRules>()
  return (typeName) => {
    const known = made.get(typeName)
    if (known !== undefined) return known
    const type = types.find(typeName)
    // a store may hold types that an earlier version of the host declared
    if (type === undefined) throw new Error(`the type ${typeName} is stored but no longer declared`)
    const rules = makeTypeRules(type, types)
    made.set(nameOf(type), rules)
    return rules
  }
}
