import t from 'tap'
import type { Test } from 'tap'
import type { Fault, Figures } from './fault.js'
import { ViolationError } from './fault.js'

/** A machine that does ten other things takes ten times as long. Milliseconds. */
const timeout = 900_000

/** Runs the quick form of a fault on its stores, or on some of them, and has its figures checked. */
export function testQuickly (fault: Fault, check: (t: Test, figures: Figures) => void, stores = fault.stores): void {
  t.setTimeout(timeout)
  for (const store of stores) {
    t.test(`${fault.name} on ${store}, ${fault.quick} cycles`, { skip: fault.isMissing?.() ?? false, timeout }, async (t) => {
      const figures = await fault.run({ store, cycles: fault.quick, folder: t.testdir(), seed: Date.now() % 2 ** 31, log: (line) => { t.comment(line) } })
      t.comment(figures)
      check(t, figures)
    })
  }
}

/** Runs a fault on a store that breaks its promise; answers what was found. @throws when nothing was */
export async function findFault (t: Test, fault: Fault, store: string, cycles: number): Promise<ViolationError> {
  try {
    await fault.run({ store, cycles, folder: t.testdir(), seed: 1, log: () => undefined })
  } catch (error) {
    if (error instanceof ViolationError) return error
    throw error
  }
  throw new Error(`${fault.name} found nothing in ${cycles} cycles`)
}
