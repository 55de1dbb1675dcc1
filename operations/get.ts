import { andThen } from '../storage/awaitable.js'
import type { Awaitable, Key, OperationRecord } from '../storage/store.js'
import type { Context } from './context.js'
import type { Precondition } from './precondition.js'
import { checkFound } from './precondition.js'

/**
 * Reads an operation, in the version asked for if one is. What the reader knows already is for the caller to
 * compare: it is no failure.
 * @throws itemNotFound, resourceModified
 * @see RFC 9110, 13.2.2
 */
export function get ({ store }: Context, key: Key, precondition?: Precondition): Awaitable<OperationRecord> {
  return andThen(store.find(key), (found) => checkFound(found, { match: precondition?.match }))
}
