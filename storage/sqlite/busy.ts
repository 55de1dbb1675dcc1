import { setTimeout as delay } from 'node:timers/promises'

/** SQLITE_BUSY and SQLITE_LOCKED: another connection holds the file for now. @see https://sqlite.org/rescode.html#busy */
export function isBusy (error: unknown): boolean {
  const { errcode } = error as { errcode?: number }
  // the low byte is the primary result code
  return errcode !== undefined && [5, 6].includes(errcode & 0xff)
}

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
