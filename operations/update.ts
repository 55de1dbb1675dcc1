import { setTimeout as delay } from 'node:timers/promises'
import { GraphError, invalidRequest } from '../errors.js'
import { typeMember } from '../schemas/definition.js'
import { andThen } from '../storage/awaitable.js'
import { everything } from '../storage/query/tree.js'
import type { Awaitable, Collection, CommitOutcome, Key, NewRecord, OperationRecord } from '../storage/store.js'
import type { Context } from './context.js'
import type { Payload } from './payload.js'
import type { Precondition } from './precondition.js'
import { checkFound } from './precondition.js'
import { checkTransition } from './transitions.js'

/** Between two tries against another process. Milliseconds. */
const pauseMillis = (): number => 1 + Math.random() * 9

/** The record that the payload makes of the stored one; `undefined` when nothing would change. */
function toChanged ({ rules, transitions, clock }: Context, stored: OperationRecord, payload: Payload): NewRecord | undefined {
  const type = rules(stored.type)
  type.checkTypeName(payload[typeMember])
  const members = type.merge(stored.value, payload)
  type.check(members)
  if (transitions === 'forward' && type.hasOperationStatus) checkTransition(stored.value['status'], members['status'])
  const record = type.toRecord(members, stored.created)
  if (record.text === stored.text) return undefined
  if (!type.has('lastActionDateTime') || Object.hasOwn(payload, 'lastActionDateTime')) return record
  return type.toRecord({ ...members, lastActionDateTime: clock() }, stored.created)
}

function attempt (context: Context, key: Key, payload: Payload, precondition: Precondition, deadline: number): Awaitable<OperationRecord> {
  const { store } = context
  return andThen(store.find(key), (found) => {
    const stored = checkFound(found, precondition)
    const record = toChanged(context, stored, payload)
    if (record === undefined) return stored
    const change = { kind: 'replace', record, expectedVersion: stored.version } as const
    return andThen(store.commit(key, [change]), (outcome: CommitOutcome): Awaitable<OperationRecord> => {
      if (outcome.committed) return outcome.records[0] as OperationRecord
      if (Array.isArray(precondition)) throw new GraphError('resourceModified')
      if (Date.now() >= deadline) throw new GraphError('serviceNotAvailable', 'the operation is being changed too often; try again later')
      return delay(pauseMillis()).then(() => attempt(context, key, payload, precondition, deadline))
    })
  })
}

/**
 * One partial update: read, merge, check the result, check the transition, commit if the version is
 * unchanged. Without a precondition it never fails because others write too: in this process writers of
 * one key take turns, across processes it reads again until the deadline.
 * An update that changes nothing makes no new version.
 * @throws invalidRequest, itemNotFound, resourceModified, invalidStatusTransition, serviceNotAvailable
 * @see OData 4.01 Part 1, 11.4.3
 */
export function update (context: Context, key: Key, payload: Payload, precondition?: Precondition): Awaitable<OperationRecord> {
  if (payload['id'] !== undefined && payload['id'] !== key.id) throw invalidRequest([{ target: 'id', message: '"id" must be the key in the URL' }])
  const deadline = Date.now() + context.writeTimeoutMillis
  return context.turns.take(JSON.stringify([key.tenant, key.owner, key.id]), () => attempt(context, key, payload, precondition, deadline))
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
