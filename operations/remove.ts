import { andThen } from '../storage/awaitable.js'
import type { Awaitable, Change, Key, OperationRecord } from '../storage/store.js'
import type { Context } from './context.js'
import type { Precondition } from './precondition.js'
import { checkFound, dependsOnVersion } from './precondition.js'
import { write } from './write.js'

/**
 * What takes a stored operation away. The version counts only where the precondition says so: another
 * writer's change does not save an operation that is removed whatever its state.
 * @throws itemNotFound, resourceModified
 */
export function toRemoval (found: OperationRecord | undefined, precondition: Precondition | undefined): Change {
  const { id, version } = checkFound(found, precondition)
  return { kind: 'remove', id, expectedVersion: dependsOnVersion(precondition) ? version : undefined }
}

/**
 * Removes an operation.
 * @throws itemNotFound, resourceModified, serviceNotAvailable
 */
export function remove (context: Context, key: Key, precondition?: Precondition): Awaitable<void> {
  return andThen(write(context, key, [{ id: key.id, plan: (found) => toRemoval(found, precondition) }]), () => undefined)
}
