import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Workload } from './load/clients.js'
import { parseWorkloads, workloads } from './load/clients.js'
import { measure } from './measure.js'
import type { Row } from './measure.js'
import { ceiling, toOurs } from './programs.js'
import { median, titles } from './report.js'
import { buildRevision } from './revision.js'
import { log, runOn } from './setting.js'

/*
 * This tree beside another revision, in one run:
 *   npm run bench -- --compare REV [--stores=memory,sqlite,postgres --workloads=get,page,patch,create --processes=3 --rounds=3 --seconds=0.7]
 * A number above 1 says that this tree needs less CPU time for a request; half of the rounds are between the two
 * beside it.
 */

const { values } = parseArgs({
  options: {
    compare: { type: 'string' },
    stores: { type: 'string', default: 'memory,sqlite,postgres' },
    workloads: { type: 'string', default: workloads.join() },
    processes: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '0.7' },
    warmup: { type: 'string', default: '4' }
  }
})

const revision = values.compare ?? 'HEAD'
const stores = values.stores.split(',') as Array<Parameters<typeof toOurs>[0]>

function quartile (values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.round((values.length - 1) * part)] as number
}

function toLine (workload: Workload, store: string, [one, other]: readonly [Row, Row]): string {
  const failure = one.failure ?? other.failure
  if (failure !== undefined) return `| ${titles[workload]} | ${store} | void | | | |\n\n${failure}\n`
  const ratios = one.samples.map(({ ratio }, round) => ratio / (other.samples[round]?.ratio ?? Number.NaN))
  const cpuOf = ({ samples }: Row): string => median(samples.map(({ cpu }) => cpu)).toFixed(1)
  return `| ${titles[workload]} | ${store} | **${median(ratios).toFixed(2)}** | ${quartile(ratios, 0.25).toFixed(2)} to ${quartile(ratios, 0.75).toFixed(2)} | ${cpuOf(other)} → ${cpuOf(one)} | ${median(one.samples.map(({ ratio }) => ratio)).toFixed(2)} |`
}

const folder = mkdtempSync(join(tmpdir(), 'revision-'))
try {
  const other = buildRevision(revision, folder)
  await runOn({}, async ({ places }) => {
    const table = await measure(places, ceiling, stores.map((store) => [toOurs(store), toOurs(store, `${revision}, ${store}`, other)]), {
      workloads: parseWorkloads(values.workloads), processes: Number(values.processes), rounds: Number(values.rounds), seconds: Number(values.seconds), warmupSeconds: Number(values.warmup), log
    })
    process.stdout.write(`\n| | store | ${revision} : this tree | half of the rounds | CPU µs | to bare Fastify |\n|---|---|---:|---:|---:|---:|\n`)
    for (const [workload, [, ...rows]] of table) {
      for (const [index, store] of stores.entries()) {
        process.stdout.write(`${toLine(workload, store, [rows[2 * index] as Row, rows[2 * index + 1] as Row])}\n`)
      }
    }
  })
} finally {
  rmSync(folder, { recursive: true })
}
