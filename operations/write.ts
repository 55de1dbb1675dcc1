import { setTimeout as delay } from 'node:timers/promises'
import { GraphError } from '../errors.js'
import { allOf, andThen } from '../storage/awaitable.js'
import { pauseMillis } from '../storage/retry.js'
import type { Awaitable, Change, Collection, OperationRecord } from '../storage/store.js'
import type { Context } from './context.js'

/** One operation of a write. */
export interface Intent {
  readonly id: string
  /**
   * The change that makes of what is stored what is wanted; `undefined` when there is nothing to change.
   * Asked again when others wrote meanwhile.
   * @throws what the caller is refused with
   */
  readonly plan: (found: OperationRecord | undefined) => Change | undefined
}

/** What an intent found, and what it left behind. */
export interface Effect {
  readonly before: OperationRecord | undefined
  readonly after: OperationRecord | undefined
}

function attempt (context: Context, collection: Collection, intents: readonly Intent[], deadline: number, isAgain = false): Awaitable<readonly Effect[]> {
  const { store, publishStatus } = context
  const { tenant, owner } = collection
  return andThen(allOf(intents.map(({ id }) => store.find({ tenant, owner, id }))), (found) => {
    const planned = intents.map(({ plan }, index) => plan(found[index]))
    const changes = planned.filter((change) => change !== undefined)
    if (changes.length === 0) return found.map((record) => ({ before: record, after: record }))
    if (isAgain && Date.now() >= deadline) throw new GraphError('serviceNotAvailable', 'the operation is being changed too often; try again later')
    return andThen(store.commit({ tenant, owner }, changes), (outcome): Awaitable<readonly Effect[]> => {
      if (!outcome.committed) return delay(pauseMillis()).then(() => attempt(context, collection, intents, deadline, true))
      const stored = outcome.records.values()
      const effects = found.map((before, index) => ({ before, after: planned[index] === undefined ? before : stored.next().value }))
      for (const { before, after } of effects) publishStatus(collection, before, after)
      return effects
    })
  })
}

/**
 * Carries out all intents, each of another id, in one commit, or none. It never fails because others write
 * too: in this process writers of one key take turns, across processes it reads again until the deadline.
 * @throws what an intent is refused with, serviceNotAvailable
 */
export function write (context: Context, collection: Collection, intents: readonly Intent[]): Awaitable<readonly Effect[]> {
  const deadline = Date.now() + context.writeTimeoutMillis
  // no id has a line break
  const keys = intents.map(({ id }) => `${collection.tenant}\n${collection.owner}\n${id}`)
  return context.turns.takeAll(keys, () => attempt(context, collection, intents, deadline))
}
