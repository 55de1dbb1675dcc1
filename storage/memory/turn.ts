import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Awaitable } from '../store.js'

/** How long a job holds the event loop before others have their turn. Milliseconds. */
const turnMillis = 10

/** Steps between two looks at the clock. */
const stepsPerLook = 32

/**
 * Takes steps until one says that it was the last: at once, or in turns with whatever else there is to do. `pause` is
 * told before others have their turn.
 */
export function inTurns (step: () => boolean, pause?: () => void): Awaitable<undefined> {
  const end = performance.now() + turnMillis
  for (let steps = 1; step(); steps += 1) {
    if (steps % stepsPerLook === 0 && performance.now() >= end) {
      pause?.()
      return nextTurn().then(() => inTurns(step, pause))
    }
  }
  return undefined
}
