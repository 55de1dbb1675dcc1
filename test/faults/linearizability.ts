import { makeChance } from '../support/chance.js'
import type { Ending } from '../support/keeper.js'
import { makeEnding } from './ending.js'
import type { Fault, FaultRun, Figures } from './fault.js'
import { ViolationError, VoidRunError } from './fault.js'
import { leastRequestsPerSecond, measure } from './linearizability/measure.js'
import { startServer } from './linearizability/servers.js'
import { makePlace } from './places.js'

/** Where operations are kept, and how many servers there are over it. */
const stores: Readonly<Record<string, { readonly kind: string, readonly servers: number }>> = {
  'memory': { kind: 'memory', servers: 1 },
  'sqlite': { kind: 'sqlite', servers: 1 },
  'sqlite-two-servers': { kind: 'sqlite', servers: 2 },
  'postgres': { kind: 'postgres', servers: 1 },
  'postgres-two-servers': { kind: 'postgres', servers: 2 }
}

async function runUntil (ending: Ending, { store, cycles, folder, seed, log }: FaultRun): Promise<Figures> {
  const { kind, servers } = stores[store] ?? { kind: store, servers: 1 }
  const setting = kind === 'memory' ? 'memory:' : (await makePlace(kind, folder, ending)).setting
  const targets = await Promise.all(Array.from({ length: servers }, () => startServer(ending, setting)))
  const { counts, violations } = await measure({ targets, rounds: cycles, chance: makeChance(seed), folder, log })
  const figures: Figures = { ...counts }
  if (violations.length > 0) throw new ViolationError(`linearizability on ${store}, --seed=${seed}: the histories of ${violations.length} operations are not linearizable\n${violations.slice(0, 3).join('\n')}`, figures)
  if (counts.requestsPerSecond < leastRequestsPerSecond) throw new VoidRunError(`${counts.requestsPerSecond} requests a second are fewer than ${leastRequestsPerSecond}`, figures)
  return figures
}

/**
 * What clients see of an operation is what it would show if it carried out their requests one after the other,
 * each between its being made and being answered. A cycle is a round of 400 requests by 16 clients.
 * @throws ViolationError, VoidRunError
 */
export const linearizability: Fault = {
  name: 'linearizability',
  stores: Object.keys(stores),
  quick: 2,
  long: 300,
  async run (given) {
    const ending = makeEnding()
    try {
      return await runUntil(ending, given)
    } finally {
      await ending.end()
    }
  }
}
