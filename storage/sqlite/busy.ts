import { setTimeout as delay } from 'node:timers/promises'
import { StoreUnavailableError } from '../store.js'
import type { Awaitable } from '../store.js'
import { isBusy } from './failures.js'

export const busyMessage = 'another process holds the file'

/** Between two tries: short, and different from process to process. Milliseconds. */
export function pauseMillis (): number {
  return 1 + Math.random() * 10
}

/**
 * Runs `action` again while the file is busy, waiting outside SQLite so that the event loop goes on.
 * @throws the error of the last try once `timeoutMillis` have passed.
 */
export async function untilFree<T> (action: () => T, timeoutMillis: number): Promise<T> {
  const deadline = Date.now() + timeoutMillis
  for (;;) {
    try {
      return action()
    } catch (error) {
      if (!isBusy(error) || Date.now() >= deadline) throw error
    }
    await delay(pauseMillis())
  }
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
