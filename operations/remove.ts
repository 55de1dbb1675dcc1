import { GraphError } from '../errors.js'
import { andThen } from '../storage/awaitable.js'
import type { Awaitable, Key } from '../storage/store.js'
import type { Context } from './context.js'
import type { Precondition } from './precondition.js'
import { checkFound } from './precondition.js'

/**
 * Removes an operation.
 * @throws itemNotFound, resourceModified
 */
export function remove ({ store }: Context, key: Key, precondition?: Precondition): Awaitable<void> {
  return andThen(store.find(key), (found) => {
    const { version } = checkFound(found, precondition)
    const expectedVersion = Array.isArray(precondition) ? version : undefined
    return andThen(store.commit(key, [{ kind: 'remove', id: key.id, expectedVersion }]), (outcome) => {
      if (!outcome.committed) throw new GraphError(precondition === undefined ? 'itemNotFound' : 'resourceModified')
    })
  })
}
