import { join } from 'node:path'
import { makeChance } from '../support/chance.js'
import type { Ending } from '../support/keeper.js'
import { startPostgres } from '../support/postgres.js'
import type { Fault, FaultRun, Figures } from './fault.js'
import { ViolationError } from './fault.js'
import { leastRequestsPerSecond, measure } from './linearizability/measure.js'
import { startServer } from './linearizability/servers.js'

/** How many servers there are over one store, and the `STORE` of each. */
interface Place {
  readonly servers: number
  readonly makeSetting: (folder: string, ending: Ending) => string | Promise<string>
}

const sqlite = (folder: string): string => `sqlite:${join(folder, 'operations.db')}`
const postgres = async (_folder: string, ending: Ending): Promise<string> => (await startPostgres(ending)).url

const places: Readonly<Record<string, Place>> = {
  'memory': { servers: 1, makeSetting: () => 'memory:' },
  'sqlite': { servers: 1, makeSetting: sqlite },
  'sqlite-two-servers': { servers: 2, makeSetting: sqlite },
  'postgres': { servers: 1, makeSetting: postgres },
  'postgres-two-servers': { servers: 2, makeSetting: postgres }
}

async function runAtPlace ({ store, cycles, folder, seed, log }: FaultRun, ending: Ending): Promise<Figures> {
  const place = places[store]
  if (place === undefined) throw new Error(`there is no store ${store}`)
  const setting = await place.makeSetting(folder, ending)
  const targets = await Promise.all(Array.from({ length: place.servers }, () => startServer(ending, setting)))
  const { counts, violations } = await measure({ targets, rounds: cycles, chance: makeChance(seed), folder, log })
  if (violations.length > 0) {
    throw new ViolationError(`linearizability on ${store}, --seed=${seed}: ${violations.length} operations have histories that are not linearizable\n${violations.slice(0, 3).join('\n')}`, { ...counts })
  }
  if (counts.requestsPerSecond < leastRequestsPerSecond) throw new Error(`the run is void: ${counts.requestsPerSecond} requests a second are fewer than ${leastRequestsPerSecond}`)
  return { ...counts }
}

/**
 * What clients see of an operation is what it would show if it carried out their requests one after the other,
 * each between its being made and being answered. A cycle is a round of 400 requests by 16 clients.
 */
export const linearizability: Fault = {
  name: 'linearizability',
  stores: Object.keys(places),
  quick: 8,
  long: 300,
  async run (given) {
    const ends: Array<() => Promise<void> | void> = []
    try {
      return await runAtPlace(given, { teardown: (end) => ends.push(end) })
    } finally {
      for (const end of ends.reverse()) await end()
    }
  }
}
