import { andThen } from '../storage/awaitable.js'
import type { Awaitable, Key, OperationRecord } from '../storage/store.js'
import type { Context } from './context.js'
import { checkFound } from './precondition.js'

/**
 * Reads an operation.
 * @throws itemNotFound
 */
export function get ({ store }: Context, key: Key): Awaitable<OperationRecord> {
  return andThen(store.find(key), (found) => checkFound(found, undefined))
}
