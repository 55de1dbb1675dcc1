import { availableParallelism, loadavg } from 'node:os'
import type { Test } from 'tap'
import type { Figures } from '../fault.js'
import { linearizability } from '../linearizability.js'
import { testQuickly } from '../quick.js'
import { leastRequestsPerSecond } from './measure.js'

/** Whether others keep the machine from being asked as often as it must be. */
function isBusy (): boolean {
  return (loadavg()[0] as number) > 2 * availableParallelism()
}

/** What the figures of a run must be for it to show anything. */
function checkFigures (t: Test, figures: Figures): void {
  const { requests = 0, requestsPerSecond = 0, acknowledged = 0, conflicts = 0, contended = 0, refused = 0, unknown = 0, violations } = figures
  t.equal(violations, 0)
  // the long form has no excuse
  if (requestsPerSecond < leastRequestsPerSecond && isBusy()) t.comment('void, on a busy machine')
  else t.ok(requestsPerSecond >= leastRequestsPerSecond, `${requestsPerSecond} requests a second`)
  t.ok(contended > requests / 2, `${contended} of ${requests} requests were beside a write`)
  t.ok(acknowledged > requests / 5 && conflicts > requests / 20, `${acknowledged} writes were made, ${conflicts} came too late`)
  t.ok(refused + unknown < requests / 20, `${refused} requests were turned away, the outcome of ${unknown} is unknown`)
}

/** The quick form on some of the stores. */
export function testLinearizability (stores: readonly string[]): void {
  testQuickly(linearizability, checkFigures, stores)
}
