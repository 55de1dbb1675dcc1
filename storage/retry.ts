import { setTimeout as delay } from 'node:timers/promises'
import type { Awaitable } from './store.js'

/** Between two tries against another process: short, and different from process to process. Milliseconds. */
export function pauseMillis (): number {
  return 1 + Math.random() * 10
}

/**
 * Runs `action` again while it fails for a reason that passes, and lets the event loop go on meanwhile.
 * @throws the error of the last try once `timeoutMillis` have passed, and any other error at once
 */
export async function retryWhile<T> (passes: (error: unknown) => boolean, timeoutMillis: number, action: () => Awaitable<T>): Promise<T> {
  const deadline = Date.now() + timeoutMillis
  for (;;) {
    try {
      return await action()
    } catch (error) {
      if (!passes(error) || Date.now() >= deadline) throw error
    }
    await delay(pauseMillis())
  }
}
