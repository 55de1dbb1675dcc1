import { parseArgs } from 'node:util'
import { growthWorkloads } from './load/owner-clients.js'
import type { GrowthWorkload, OwnerJob, OwnerResults } from './load/owner-clients.js'
import { fillServers, measureStart } from './growth/servers.js'
import type { FilledServer, StoreKind } from './growth/servers.js'
import { toGrowthTables } from './growth/tables.js'
import { takeRound, warmUp } from './measure.js'
import type { Sample } from './measure.js'
import { startLoad } from './processes.js'
import { toRecord } from './programs/filling.js'
import { median } from './report.js'
import { saveResult, toMachine } from './results.js'
import type { GrowthCell, GrowthSize, GrowthStore } from './results.js'
import { log, runOn } from './setting.js'

/*
 * How the cost of a request grows with what is stored:
 *   npm run bench -- growth [--stores=memory,sqlite,postgres --sizes=1000,100000,1000000 --rounds=7 --seconds=0.7 --pages=10000]
 * For each store, servers that were filled with so many operations of one owner, and one with as many as the largest
 * of a thousandth as many owners. Servers are on one core and their 64 clients on another; the sizes take turns, so
 * that a machine that is slow for a while is so for all of them, and the ratio to the first size is what counts.
 * Every answer is checked.
 */

const defaultSizes = '1000,100000,1000000'
const { values } = parseArgs({
  options: {
    stores: { type: 'string', default: 'memory,sqlite,postgres' },
    sizes: { type: 'string', default: defaultSizes },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '0.7' },
    warmup: { type: 'string', default: '2' },
    pages: { type: 'string', default: '10000' }
  }
})

const stores = values.stores.split(',') as StoreKind[]
const sizes = values.sizes.split(',').map(Number)
const [rounds, seconds, warmup] = [Number(values.rounds), Number(values.seconds), Number(values.warmup)]
if (sizes.some((size) => !Number.isSafeInteger(size) || size < 1_000 || size % 1_000 !== 0)) throw new Error('sizes are thousands')

type Ask = <J extends OwnerJob>(job: J) => Promise<OwnerResults[J['kind']]>

/** Rounds of one workload, taken in turns. */
async function measureWorkload (servers: readonly FilledServer[], workload: GrowthWorkload, ask: Ask): Promise<readonly GrowthCell[]> {
  const samples = servers.map((): Sample[] => [])
  const blocks = servers.map((): number[] => [])
  const run = async ({ running, place }: FilledServer): ReturnType<typeof takeRound> => {
    const round = await takeRound(running, async () => await ask({ kind: 'load', ...place, workload, seconds }))
    if (round.result.wrong > 0) throw new Error(round.result.example)
    return round
  }
  for (const server of servers) await warmUp(async () => await run(server), warmup)
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, server] of servers.entries()) {
      const { result: { sample }, longestBlock } = await server.running.watch(async () => await run(server))
      samples[index]?.push(sample)
      blocks[index]?.push(longestBlock)
    }
  }
  log(`${workload}: ${rounds} rounds`)
  const [first = []] = samples
  const toFirst = (own: readonly Sample[], name: 'cpu' | 'p50'): number => median(own.map((sample, round) => sample[name] / (first[round]?.[name] ?? Number.NaN)))
  return samples.map((own, index) => ({
    cpu: median(own.map(({ cpu }) => cpu)),
    p50: median(own.map(({ p50 }) => p50)),
    cpuRatio: toFirst(own, 'cpu'),
    p50Ratio: toFirst(own, 'p50'),
    block: median(blocks[index] ?? []),
    longestBlock: Math.max(...blocks[index] ?? [])
  }))
}

/** The pages whose times are told, from 1 on. */
const stretches = [[1, 100], [951, 1_050], [4_951, 5_050], [9_901, 10_000]] as const

async function measureWalk ({ place }: FilledServer, ask: Ask): Promise<GrowthStore['walk']> {
  const times = await ask({ kind: 'walk', ...place, pages: Number(values.pages) })
  log(`${times.length} pages`)
  return stretches.filter(([, to]) => to <= times.length).map(([from, to]) => ({ from, to, millis: median(times.slice(from - 1, to)) }))
}

await runOn({ shared_buffers: '128MB', max_wal_size: '4GB' }, async (ground) => {
  const load = startLoad('owner-clients.ts')
  ground.atEnd(load.stop)
  const ask: Ask = async (job) => await load.ask(job) as never
  const results: GrowthStore[] = []
  for (const store of stores) {
    const { servers, stop } = await fillServers(store, sizes, ground, ask)
    const cells = new Map<GrowthWorkload, readonly GrowthCell[]>()
    for (const workload of growthWorkloads) cells.set(workload, await measureWorkload(servers, workload, ask))
    const largest = servers.at(-2) as FilledServer
    const walk = await measureWalk(largest, ask)
    const start = await measureStart(largest, ground, ask)
    await stop()
    const measured = servers.map(({ place: { filled: { operations, owners } }, firstPages, bytes }, index): GrowthSize => ({
      operations, owners, firstPages, ...bytes,
      workloads: Object.fromEntries([...cells].map(([workload, own]) => [workload, own[index]])) as GrowthSize['workloads']
    }))
    results.push({ store, characters: toRecord(largest.place.filled, 1).text.length, sizes: measured, walk, start })
    process.stdout.write(`\n## ${store}\n\n${toGrowthTables(results.at(-1) as GrowthStore)}`)
  }
  // a part of it is not the whole
  if (stores.length === 3 && values.sizes === defaultSizes && values.pages === '10000') {
    saveResult('growth', { machine: toMachine(), rounds, seconds, stores: results })
    log('npm run docs makes docs/performance.md of it')
  }
})
