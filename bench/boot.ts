import { parseArgs } from 'node:util'
import { runProgram } from './processes.js'
import { median } from './report.js'
import type { BootRow } from './results.js'
import { saveResult, toMachine } from './results.js'
import { log, runOn } from './setting.js'

/*
 * What this package adds to the start of a host, and to its memory:
 *   npm run bench -- boot [--processes=11 --stores=memory,sqlite,postgres]
 * Each number is the median of fresh processes that take turns: what is used once `ready()` is over, less what was
 * used when Fastify was there, after garbage collection both times. Stores have data of an earlier process.
 */

/** Processes whose median is worth keeping. */
const fewest = 7

const allStores = 'memory,sqlite,postgres'
const { values } = parseArgs({ options: { processes: { type: 'string', default: '11' }, stores: { type: 'string', default: allStores } } })

/** What `programs/boot.js` says. Memory in bytes. */
type Boot = Readonly<Record<'importMillis' | 'readyMillis' | 'cpuMillis' | 'heap' | 'rss', number>>

const nothing = 'nothing'
const kinds = [nothing, ...values.stores.split(',')]

await runOn({}, async ({ places: { dist, makeFolder, makeDatabase } }) => {
  const places = new Map<string, string>()
  for (const kind of kinds) places.set(kind, kind === 'postgres' ? await makeDatabase() : makeFolder())
  const boot = async (kind: string): Promise<Boot> => await runProgram('boot.js', [dist, kind, places.get(kind) as string], ['--expose-gc']) as Boot
  // the first process of each makes its data, and has its files read
  for (const kind of kinds) await boot(kind)
  const boots = new Map<string, Boot[]>(kinds.map((kind) => [kind, []]))
  for (let process = 0; process < Number(values.processes); process += 1) {
    for (const [kind, own] of boots) own.push(await boot(kind))
    log(`${process + 1} of ${values.processes}`)
  }
  const rows = [...boots].map(([name, own]): BootRow => {
    const of = (read: (one: Boot) => number): number => median(own.map(read))
    return { name, importMillis: of((one) => one.importMillis), readyMillis: of((one) => one.readyMillis), cpuMillis: of((one) => one.cpuMillis), rss: of(({ rss }) => rss) / 1e6, heap: of(({ heap }) => heap) / 1e6 }
  })
  process.stdout.write(`\n| | import ms | to ready ms | CPU ms | resident MB | heap MB |\n|---|---:|---:|---:|---:|---:|\n${rows.map(({ name, importMillis, readyMillis, cpuMillis, rss, heap }) => `| ${name} | ${importMillis.toFixed(1)} | ${readyMillis.toFixed(1)} | ${cpuMillis.toFixed(1)} | ${rss.toFixed(1)} | ${heap.toFixed(1)} |`).join('\n')}\n`)
  // a part of it is not the whole
  if (values.stores === allStores && Number(values.processes) >= fewest) {
    saveResult('boot', { machine: toMachine(), processes: Number(values.processes), rows })
    log('npm run docs makes docs/performance.md of it')
  }
})
