import { parseArgs } from 'node:util'
import { installPeers } from './install.js'
import { parseWorkloads, workloads } from './load/clients.js'
import { measure } from './measure.js'
import { ceiling, programs } from './programs.js'
import { summarize, toTable } from './report.js'
import { saveResult, toMachine } from './results.js'
import { log, runOn } from './setting.js'

/*
 * What a request costs, beside other programs that do the same:
 *   npm run bench [-- table --only=NAME --only=… --workloads=get,page,patch,create --processes=3 --rounds=3 --seconds=0.7]
 * One run on one machine: servers are on one core and their 64 clients on another, and each takes turns with bare
 * Fastify. What holds on a machine that is faster now and slower then is the CPU time of a request, and its ratio to
 * that of bare Fastify just before and after. Every answer is checked: one that is wrong voids the row.
 */

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    workloads: { type: 'string', default: workloads.join() },
    processes: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '0.7' },
    warmup: { type: 'string', default: '3' }
  }
})

const { only } = values
const chosen = programs.filter(({ name }) => only?.some((part) => name.includes(part)) ?? true)
if (chosen.some(({ kind }) => kind === 'peer')) installPeers(log)

await runOn({}, async ({ places }) => {
  const table = await measure(places, ceiling, chosen.map((program) => [program]), {
    workloads: parseWorkloads(values.workloads),
    processes: Number(values.processes),
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    warmupSeconds: Number(values.warmup),
    log
  })
  process.stdout.write(toTable(table))
  // a part of the table is not the table
  if (chosen.length === programs.length && table.size === workloads.length) {
    const rows = Object.fromEntries([...table].map(([workload, measured]) => [workload, summarize(measured)]))
    saveResult('table', { machine: toMachine(), processes: Number(values.processes), rounds: Number(values.rounds), seconds: Number(values.seconds), rows })
    log('npm run docs makes docs/performance.md of it')
  }
})
