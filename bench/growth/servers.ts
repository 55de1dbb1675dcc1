import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { OwnerJob, OwnerResults } from '../load/owner-clients.js'
import { startProgram } from '../processes.js'
import type { Running } from '../processes.js'
import type { Filled } from '../programs/filling.js'
import type { Program } from '../programs.js'
import { median } from '../report.js'
import type { FirstPage, GrowthSize } from '../results.js'
import { log } from '../setting.js'
import type { Ground } from '../setting.js'

export type StoreKind = 'memory' | 'sqlite' | 'postgres'

type Ask = <J extends OwnerJob>(job: J) => Promise<OwnerResults[J['kind']]>

/** A server that holds operations, before anybody loads it. */
export interface FilledServer {
  readonly running: Running
  /** What its clients must know. */
  readonly place: { readonly name: string, readonly target: Running['target'], readonly filled: Filled }
  /** The same over what it holds already. */
  readonly restarted: Program
  readonly firstPages: GrowthSize['firstPages']
  readonly bytes: Pick<GrowthSize, 'heap' | 'rss' | 'disk'>
}

const flags = ['--expose-gc', '--max-old-space-size=8192']

function toProgram (storage: StoreKind, name: string, data: string, filled?: Filled): Program {
  const holds = filled === undefined ? [] : [String(filled.operations), String(filled.owners)]
  return { name, kind: 'ours', file: 'ours-filled.js', dialect: 'graph', storage, toArguments: ({ dist }) => [dist, storage, data, ...holds] }
}

/** Bytes of what is stored outside of the process. */
async function measureDisk (store: StoreKind, data: string, { postgres }: Ground): Promise<number | undefined> {
  switch (store) {
    case 'memory': return undefined
    case 'sqlite': return readdirSync(data).reduce((sum, file) => sum + statSync(join(data, file)).size, 0)
    case 'postgres': {
      const [row] = await postgres.query('SELECT pg_database_size(current_database()) AS size', [], data) as Array<{ size: string }>
      return Number(row?.size)
    }
  }
}

interface Use {
  readonly memory: NodeJS.MemoryUsage
  readonly disk: number | undefined
}

/** Starts a server over new data, and reads what it needs when its indexes were used. */
async function fillServer (store: StoreKind, filled: Filled, ground: Ground, ask: Ask): Promise<Omit<FilledServer, 'bytes'> & Use> {
  const data = store === 'postgres' ? await ground.places.makeDatabase() : ground.places.makeFolder()
  const name = `${store}, ${filled.operations.toLocaleString('en')} of ${filled.owners.toLocaleString('en')}`
  const before = performance.now()
  const running = await startProgram(toProgram(store, name, data, filled), ground.places, flags)
  ground.atEnd(running.stop)
  // what the server does by itself, at a time of its own
  if (store === 'postgres') await ground.postgres.query('VACUUM ANALYZE', [], data)
  log(`${name}: filled in ${Math.round((performance.now() - before) / 1_000)} s`)
  await running.collect()
  const place = { name, target: running.target, filled }
  const readFirst = async (workload: 'newest' | 'running'): Promise<FirstPage> => {
    const { result: { millis }, longestBlock } = await running.watch(async () => await ask({ kind: 'one', ...place, workload }))
    return { millis, longestBlock }
  }
  const firstPages = { newest: await readFirst('newest'), running: await readFirst('running') }
  return { running, place, restarted: toProgram(store, `${name}, again`, data), firstPages, memory: await running.collect(), disk: await measureDisk(store, data, ground) }
}

/** One server for each size, of one owner; then one of the largest size, of as many owners as it has thousands. */
export async function fillServers (store: StoreKind, sizes: readonly number[], ground: Ground, ask: Ask): Promise<{ servers: readonly FilledServer[], stop: () => Promise<void> }> {
  const largest = Math.max(...sizes)
  const empty = await fillServer(store, { operations: 0, owners: 1 }, ground, ask)
  await empty.running.stop()
  const servers: FilledServer[] = []
  for (const filled of [...sizes.map((operations) => ({ operations, owners: 1 })), { operations: largest, owners: largest / 1_000 }]) {
    const { memory, disk, ...server } = await fillServer(store, filled, ground, ask)
    const bytes = {
      heap: (memory.heapUsed - empty.memory.heapUsed) / filled.operations,
      rss: (memory.rss - empty.memory.rss) / filled.operations,
      disk: disk === undefined ? undefined : (disk - (empty.disk ?? 0)) / filled.operations
    }
    servers.push({ ...server, bytes })
  }
  return { servers, stop: async () => { for (const { running } of servers) await running.stop() } }
}

const starts = 5

/** Kills a server and starts it over what it has, several times; it is stopped afterwards. */
export async function measureStart ({ running, place, restarted }: FilledServer, { places, atEnd }: Ground, ask: Ask): Promise<{ sinceSpawn: number, sinceStore: number } | undefined> {
  if (restarted.storage === 'memory') return undefined
  await running.stop()
  const [sinceSpawn, sinceStore]: [number[], number[]] = [[], []]
  for (let start = 0; start < starts; start += 1) {
    const again = await startProgram(restarted, places, flags)
    atEnd(again.stop)
    const { issuerMillis = 0, storeAskedAt = Number.NaN } = again.target
    const { answeredAt } = await ask({ kind: 'one', ...place, target: again.target, workload: 'get' })
    sinceSpawn.push(answeredAt - again.spawnedAt - issuerMillis)
    sinceStore.push(answeredAt - storeAskedAt)
    await again.stop()
  }
  return { sinceSpawn: median(sinceSpawn), sinceStore: median(sinceStore) }
}
