import { setTimeout as delay } from 'node:timers/promises'
import type { Chance } from '../support/chance.js'
import { startPair } from '../support/postgres.js'
import type { Pair } from '../support/postgres.js'
import { startProxy } from '../support/proxy.js'
import type { Proxy } from '../support/proxy.js'
import type { Fault } from './fault.js'
import { runOutages } from './outages.js'
import type { Outage } from './outages.js'
import { onPostgres } from './places.js'

/** What must be found out: what is acknowledged is not on the other server's disk yet. */
const asynchronous = 'postgres that does not wait for its standby'

/**
 * `dead`: the primary and all its processes are killed. `behind`: the standby heard nothing for a while before that.
 * `parted`: the primary goes on without clients and without its standby, as behind a broken net.
 */
const failures = ['dead', 'behind', 'parted'] as const

/** More than a write takes. Milliseconds. */
const behindMillis = 300

/** The standby takes the primary's place, and the proxy leads to it from then on. */
async function failOver (kind: typeof failures[number], pair: Pair, proxy: Proxy, chance: Chance): Promise<Outage> {
  if (kind === 'behind') {
    await pair.standby.query("ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=1'")
    await pair.standby.query('SELECT pg_reload_conf()')
    while ((await pair.standby.query("SELECT 1 FROM pg_stat_wal_receiver WHERE status = 'streaming'")).length > 0) await delay(5)
    await delay(behindMillis)
  }
  if (kind !== 'parted') await pair.primary.kill()
  const dead = performance.now()
  await pair.promote()
  // from here on nobody confirms what the old primary commits
  const from = kind === 'parted' ? performance.now() : dead
  await delay(chance.below(400))
  const to = performance.now()
  proxy.moveTo(pair.standby.url)
  return { gone: { from, to }, back: performance.now() }
}

/** Failovers of PostgreSQL to a synchronous standby while clients write, behind an address that moves with the primary. */
export const postgresFailover: Fault = {
  name: 'postgres-failover',
  stores: ['postgres'],
  quick: 2,
  long: 60,
  async run (run) {
    return await runOutages('postgres-failover', run, async (ending, chance) => {
      const pair = await startPair(ending, { isSynchronous: run.store !== asynchronous })
      const proxy = await startProxy(ending, await pair.primary.makeDatabase())
      const query: typeof pair.primary.query = async (sql, params, url = proxy.url) => await pair.primary.query(sql, params, url)
      return {
        place: await onPostgres({ makeDatabase: async () => await Promise.resolve(proxy.url), query }),
        ping: async () => await query('SELECT 1'),
        strike: async () => await failOver(chance.pick(failures), pair, proxy, chance),
        restore: pair.swap
      }
    })
  }
}
