import { randomUUID } from 'node:crypto'
import { GraphError, invalidRequest } from '../errors.js'
import type { StructuredType } from '../schemas/definition.js'
import { definitionOf, typeMember } from '../schemas/definition.js'
import { descendsFrom, nameOf } from '../schemas/type-set.js'
import { andThen } from '../storage/awaitable.js'
import type { Awaitable, Collection, NewRecord, OperationRecord } from '../storage/store.js'
import type { Context } from './context.js'
import type { Payload } from './payload.js'
import type { Precondition } from './precondition.js'
import { checkPrecondition } from './precondition.js'

/** The type a create asks for: the declared one unless the payload names one below it. */
function getType ({ types }: Context, declared: StructuredType, { [typeMember]: name }: Payload): StructuredType {
  const type = name === undefined ? declared : types.find(name)
  if (type === undefined || !descendsFrom(type, declared) || definitionOf(type).abstract) {
    throw invalidRequest([{ target: typeMember, message: `"${typeMember}" must be #${nameOf(declared)} or a type derived from it` }])
  }
  return type
}

/**
 * The record of a new operation. `id` and `createdDateTime` are chosen here when the payload has none, and an
 * operation without a status is NotStarted.
 * @throws invalidRequest
 */
export function toCreated (context: Context, declared: StructuredType, payload: Payload): NewRecord {
  const { rules, clock } = context
  const type = rules(nameOf(getType(context, declared, payload)))
  const now = clock()
  const created = payload['createdDateTime'] ?? now
  const given: Record<string, unknown> = { ...payload, id: payload['id'] ?? randomUUID() }
  if (type.has('createdDateTime')) given['createdDateTime'] = created
  if (type.has('lastActionDateTime')) given['lastActionDateTime'] = payload['lastActionDateTime'] ?? created
  if (type.hasOperationStatus && !Object.hasOwn(payload, 'status')) given['status'] = 'NotStarted'
  const members = type.merge(undefined, given)
  type.check(members)
  return type.toRecord(members, now)
}

function insert ({ store, publishStatus }: Context, collection: Collection, record: NewRecord, precondition: Precondition | undefined): Awaitable<OperationRecord> {
  return andThen(store.commit(collection, [{ kind: 'insert', record }]), (outcome) => {
    if (outcome.committed) {
      const [created] = outcome.records
      publishStatus(collection, undefined, created)
      return created as OperationRecord
    }
    throw precondition?.noneMatch === '*' ? new GraphError('resourceModified', 'there is such an operation, which If-None-Match excludes') : new GraphError('nameAlreadyExists', undefined, { target: 'id' })
  })
}

/**
 * Creates an operation. A precondition is about the operation that has the id; of one that is created
 * nothing can match.
 * @throws invalidRequest, resourceModified, nameAlreadyExists
 */
export function create (context: Context, collection: Collection, declared: StructuredType, payload: Payload, precondition?: Precondition): Awaitable<OperationRecord> {
  const record = toCreated(context, declared, payload)
  if (precondition === undefined) return insert(context, collection, record, precondition)
  const { tenant, owner } = collection
  return andThen(context.store.find({ tenant, owner, id: record.id }), (found) => {
    checkPrecondition(found, precondition)
    if (found !== undefined) throw new GraphError('nameAlreadyExists', undefined, { target: 'id' })
    return insert(context, collection, record, precondition)
  })
}
