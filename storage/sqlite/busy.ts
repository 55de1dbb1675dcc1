import { retryWhile } from '../retry.js'
import { StoreUnavailableError } from '../store.js'
import type { Awaitable } from '../store.js'
import { isBusy } from './failures.js'

export const busyMessage = 'another process holds the file'

/**
 * Runs `action` again while the file is busy, waiting outside SQLite so that the event loop goes on.
 * @throws the error of the last try once `timeoutMillis` have passed.
 */
export async function untilFree<T> (action: () => T, timeoutMillis: number): Promise<T> {
  return await retryWhile(isBusy, timeoutMillis, action)
}

/**
 * What `action` answers: at once, unless the file is busy.
 * @throws StoreUnavailableError when it is busy for longer than `timeoutMillis`
 */
export function whenFree<T> (action: () => T, timeoutMillis: number): Awaitable<T> {
  try {
    return action()
  } catch (error) {
    if (!isBusy(error)) throw error
  }
  return untilFree(action, timeoutMillis).catch((error: unknown) => {
    throw isBusy(error) ? new StoreUnavailableError(busyMessage, { cause: error }) : error
  })
}
