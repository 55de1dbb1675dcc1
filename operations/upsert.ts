import type { StructuredType } from '../schemas/definition.js'
import { andThen } from '../storage/awaitable.js'
import type { Awaitable, Change, Collection, Key, OperationRecord } from '../storage/store.js'
import type { Context } from './context.js'
import { toCreated } from './create.js'
import type { Payload } from './payload.js'
import type { Precondition } from './precondition.js'
import { checkPrecondition } from './precondition.js'
import { checkId, findReplacement, updateInCollection } from './update.js'
import { write } from './write.js'

/** What a write left behind, and whether the operation is new. */
export interface Written {
  readonly record: OperationRecord
  readonly isCreated: boolean
}

/**
 * What makes of a stored operation an updated one, and of nothing a new one with this id.
 * @throws invalidRequest, invalidStatusTransition
 */
export function findUpserted (context: Context, declared: StructuredType, id: string, payload: Payload, found: OperationRecord | undefined): Change | undefined {
  if (found !== undefined) return findReplacement(context, found, payload)
  return { kind: 'insert', record: toCreated(context, declared, { ...payload, id }) }
}

/**
 * An update of an operation that is there, else a create with the key as its id.
 * @throws invalidRequest, resourceModified, invalidStatusTransition, serviceNotAvailable
 * @see OData 4.01 Part 1, 11.4.4
 */
export function upsert (context: Context, key: Key, declared: StructuredType, payload: Payload, precondition?: Precondition): Awaitable<Written> {
  checkId(key, payload)
  const plan = (found: OperationRecord | undefined): Change | undefined => {
    checkPrecondition(found, precondition)
    return findUpserted(context, declared, key.id, payload, found)
  }
  return andThen(write(context, key, [{ id: key.id, plan }]), ([effect]) => ({ record: effect?.after as OperationRecord, isCreated: effect?.before === undefined }))
}

/**
 * An upsert addressed to a collection: of the operation that the payload's `id` names. Without an `id`
 * there is none to create, only the collection's only one to update.
 * @throws as {@link upsert} and {@link updateInCollection}
 */
export function upsertInCollection (context: Context, collection: Collection, declared: StructuredType, payload: Payload, precondition?: Precondition): Awaitable<Written> {
  const { tenant, owner } = collection
  const { id } = payload
  if (typeof id === 'string') return upsert(context, { tenant, owner, id }, declared, payload, precondition)
  return andThen(updateInCollection(context, collection, payload, precondition), (record) => ({ record, isCreated: false }))
}
