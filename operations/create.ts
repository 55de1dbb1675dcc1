import { randomUUID } from 'node:crypto'
import { GraphError, invalidRequest } from '../errors.js'
import type { StructuredType } from '../schemas/definition.js'
import { definitionOf, typeMember } from '../schemas/definition.js'
import { descendsFrom, nameOf } from '../schemas/type-set.js'
import { andThen } from '../storage/awaitable.js'
import type { Awaitable, Collection, OperationRecord } from '../storage/store.js'
import type { Context } from './context.js'
import type { Payload } from './payload.js'

/** The type a create asks for: the declared one unless the payload names one below it. */
function getType ({ types }: Context, declared: StructuredType, { [typeMember]: name }: Payload): StructuredType {
  const type = name === undefined ? declared : types.find(name)
  if (type === undefined || !descendsFrom(type, declared) || definitionOf(type).abstract) {
    throw invalidRequest([{ target: typeMember, message: `"${typeMember}" must be #${nameOf(declared)} or a type derived from it` }])
  }
  return type
}

/**
 * Creates an operation. `id` and `createdDateTime` are chosen here when the payload has none, and an
 * operation without a status is NotStarted.
 * @throws invalidRequest, nameAlreadyExists
 */
export function create (context: Context, collection: Collection, declared: StructuredType, payload: Payload): Awaitable<OperationRecord> {
  const { store, rules, clock } = context
  const type = rules(nameOf(getType(context, declared, payload)))
  const now = clock()
  const created = payload['createdDateTime'] ?? now
  const members = type.merge(undefined, {
    ...payload,
    id: payload['id'] ?? randomUUID(),
    ...(type.has('createdDateTime') && { createdDateTime: created }),
    ...(type.has('lastActionDateTime') && { lastActionDateTime: payload['lastActionDateTime'] ?? created }),
    ...(type.hasOperationStatus && !Object.hasOwn(payload, 'status') && { status: 'NotStarted' })
  })
  type.check(members)
  return andThen(store.commit(collection, [{ kind: 'insert', record: type.toRecord(members, now) }]), (outcome) => {
    if (!outcome.committed) throw new GraphError('nameAlreadyExists', undefined, { target: 'id' })
    return outcome.records[0] as OperationRecord
  })
}
