import { setTimeout as delay } from 'node:timers/promises'
import type { Chance } from '../support/chance.js'
import type { Edit } from '../support/compile.js'
import { startPostgres } from '../support/postgres.js'
import type { Postgres } from '../support/postgres.js'
import type { Fault } from './fault.js'
import { runOutages } from './outages.js'
import type { Outage } from './outages.js'
import { onPostgres } from './places.js'

/** What must be found out, by the name of the store: acknowledged is what the disk does not have yet. */
const edits: Readonly<Record<string, readonly Edit[]>> = {
  'postgres that does not wait for its disk': [{ file: 'storage/postgres/pool.ts', replace: "${isSafe ? synchronous : 'on'}", by: 'off' }]
}

/** `kill`: the server and all its processes at once. `immediate`: it stops and writes nothing more. `backend`: one of them dies, and the server starts all anew. */
const crashes = ['kill', 'immediate', 'backend'] as const

/** Crashes the database while others use it, and has it back. `hasFailed` says whether they have noticed. */
async function crash (kind: typeof crashes[number], postgres: Postgres, url: string, chance: Chance, hasFailed: () => boolean): Promise<Outage> {
  if (kind === 'backend') {
    const [victim] = await postgres.query("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1", [], url)
    process.kill(victim.pid as number, 'SIGKILL')
    while (!hasFailed()) await delay(5)
    while (await postgres.query('SELECT 1').then(() => false, () => true)) await delay(20)
    // when the server noticed is not known
    return { back: performance.now() }
  }
  await (kind === 'kill' ? postgres.kill() : postgres.stop('immediate'))
  const from = performance.now()
  await delay(chance.below(400))
  const to = performance.now()
  await postgres.start()
  return { gone: { from, to }, back: performance.now() }
}

/** Crashes of PostgreSQL while clients write. */
export const postgresCrash: Fault = {
  name: 'postgres-crash',
  stores: ['postgres'],
  quick: 3,
  long: 200,
  async run (run) {
    return await runOutages('postgres-crash', run, async (ending, chance) => {
      const postgres = await startPostgres(ending)
      const place = await onPostgres(postgres)
      return {
        place: { ...place, ...(edits[run.store] !== undefined && { edits: edits[run.store] }) },
        ping: async () => await postgres.query('SELECT 1'),
        strike: async (hasFailed) => await crash(chance.pick(crashes), postgres, place.setting, chance, hasFailed)
      }
    })
  }
}
