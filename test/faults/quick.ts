import t from 'tap'
import type { Test } from 'tap'
import type { Fault, Figures } from './fault.js'

/** Runs the quick form of a fault on each of its stores, and has its figures checked. */
export function testQuickly (fault: Fault, check: (t: Test, figures: Figures) => void): void {
  for (const store of fault.stores) {
    t.test(`${fault.name} on ${store}, ${fault.quick} cycles`, { skip: fault.isMissing?.() ?? false }, async (t) => {
      const figures = await fault.run({ store, cycles: fault.quick, folder: t.testdir(), seed: Date.now() % 2 ** 31, log: (line) => { t.comment(line) } })
      t.comment(figures)
      check(t, figures)
    })
  }
}
