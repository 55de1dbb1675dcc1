import { GraphError, invalidRequest } from '../errors.js'
import { typeMember } from '../schemas/definition.js'
import { andThen } from '../storage/awaitable.js'
import { everything } from '../storage/query/tree.js'
import type { Awaitable, Change, Collection, Key, NewRecord, OperationRecord } from '../storage/store.js'
import type { Context } from './context.js'
import type { Payload } from './payload.js'
import type { Precondition } from './precondition.js'
import { checkFound } from './precondition.js'
import { checkTransition } from './transitions.js'
import { write } from './write.js'

/** Whether the members are those that are stored, in the same order. */
function isSame (stored: Readonly<Record<string, unknown>>, members: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(stored)
  const others = Object.keys(members)
  return names.length === others.length && names.every((name, at) => {
    const [before, after] = [stored[name], members[name]]
    return name === others[at] && (before === after || (typeof before === 'object' && JSON.stringify(before) === JSON.stringify(after)))
  })
}

/** The record that the payload makes of the stored one; `undefined` when nothing would change. */
function findChanged ({ rules, transitions, clock }: Context, stored: OperationRecord, payload: Payload): NewRecord | undefined {
  const type = rules(stored.type)
  type.checkTypeName(payload[typeMember])
  const members = type.merge(stored.value, payload)
  type.check(members)
  if (transitions === 'forward' && type.hasOperationStatus) checkTransition(stored.value['status'], members['status'])
  if (isSame(stored.value, members)) return undefined
  if (type.has('lastActionDateTime') && !Object.hasOwn(payload, 'lastActionDateTime')) members['lastActionDateTime'] = clock()
  return type.toRecord(members, stored.created, stored)
}

/**
 * What a payload changes in a stored operation; `undefined` for nothing.
 * @throws invalidRequest, invalidStatusTransition
 */
export function findReplacement (context: Context, stored: OperationRecord, payload: Payload): Change | undefined {
  const record = findChanged(context, stored, payload)
  return record && { kind: 'replace', record, expectedVersion: stored.version }
}

/** @throws invalidRequest */
export function checkId ({ id }: Key, payload: Payload): void {
  if (payload['id'] !== undefined && payload['id'] !== id) throw invalidRequest([{ target: 'id', message: '"id" must be the key in the URL' }])
}

/**
 * One partial update: read, merge, check the result, check the transition, commit if the version is
 * unchanged. Without a precondition it never fails because others write too.
 * An update that changes nothing makes no new version.
 * @throws invalidRequest, itemNotFound, resourceModified, invalidStatusTransition, serviceNotAvailable
 * @see OData 4.01 Part 1, 11.4.3
 */
export function update (context: Context, key: Key, payload: Payload, precondition?: Precondition): Awaitable<OperationRecord> {
  checkId(key, payload)
  const plan = (found: OperationRecord | undefined): Change | undefined => findReplacement(context, checkFound(found, precondition), payload)
  return andThen(write(context, key, [{ id: key.id, plan }]), ([effect]) => effect?.after as OperationRecord)
}

/**
 * An update addressed to a collection: the operation that the payload's `id` names, else the only one.
 * @throws itemNotFound when there is none, invalidRequest when there are several, and as {@link update}
 */
export function updateInCollection (context: Context, collection: Collection, payload: Payload, precondition?: Precondition): Awaitable<OperationRecord> {
  const { tenant, owner } = collection
  const { id } = payload
  if (typeof id === 'string') return update(context, { tenant, owner, id }, payload, precondition)
  return andThen(context.store.list(collection, everything, { limit: 2, skip: 0 }), ([only, other]) => {
    if (only === undefined) throw new GraphError('itemNotFound', 'the collection has no operations')
    if (other !== undefined) throw invalidRequest([{ target: 'id', message: 'the collection has several operations: name one by its "id"' }])
    return update(context, { tenant, owner, id: only.id }, payload, precondition)
  })
}
