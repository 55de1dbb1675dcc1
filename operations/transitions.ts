import { GraphError } from '../errors.js'

/** `forward`: as below. `any`: a status may follow any other. */
export type Transitions = 'forward' | 'any'

/** NotStarted (and null), Running, then one of the final two: forward only, steps may be left out. */
const ranks: ReadonlyMap<unknown, number> = new Map<unknown, number>([[null, 0], ['NotStarted', 0], ['Running', 1], ['Completed', 2], ['Failed', 2]])

/** @throws invalidStatusTransition when the status would go back, or leave the final one. */
export function checkTransition (before: unknown, after: unknown): void {
  const from = ranks.get(before)
  const to = ranks.get(after)
  if (before === after || from === undefined || to === undefined || to > from || from === 0 && to === 0) return
  throw new GraphError('invalidStatusTransition', `status cannot go from ${String(before)} to ${String(after)}`, { target: 'status' })
}
