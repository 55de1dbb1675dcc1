import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseWorkloads, workloads } from './load/clients.js'
import { measure } from './measure.js'
import { ceiling, toOurs } from './programs.js'
import { summarize, toTable } from './report.js'
import { saveResult, toMachine } from './results.js'
import type { StepResult } from './results.js'
import { buildRevision } from './revision.js'
import { log, runOn } from './setting.js'

/*
 * What each step towards speed bought: revisions of this package in one run, from the one before any of them to the last one:
 *   npm run bench -- steps [--stores=memory,sqlite,postgres --workloads=get,page,patch,create --processes=3 --rounds=3 --seconds=0.7]
 * It needs the whole history, which a shallow clone lacks.
 */

const { values } = parseArgs({
  options: {
    stores: { type: 'string', default: 'memory,sqlite,postgres' },
    workloads: { type: 'string', default: workloads.join() },
    processes: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '0.7' },
    warmup: { type: 'string', default: '2' }
  }
})

/** The last revision of each step, in order. */
const steps: ReadonlyArray<readonly [revision: string, name: string]> = [
  ['25d57fa', 'Before the first step'],
  ['4ccdaaa', 'Verified tokens are remembered; what is stored goes out as it is; records lately used stay in front of SQLite; a page in memory is found in an index'],
  ['4c79d65', 'What a request says of itself is read once; a hook that has nothing to wait for makes no promise'],
  ['8d31f8d', 'Memory keeps its indexes in chunks, and takes changes in when an index is read'],
  ['c3d5af3', 'A list’s options, plan and continuation are made once; SQLite finds ids in an index, and records where they are at hand'],
  ['315e742', 'PostgreSQL looks up by one statement what is asked for in one turn'],
  ['d104de7', 'A record of SQLite or PostgreSQL is read as one text; PostgreSQL answers what is the same in one turn once; SQLite’s log is copied on a thread'],
  ['c28241e', 'Answers of one turn of the event loop leave together']
]

const stores = values.stores.split(',') as Array<Parameters<typeof toOurs>[0]>
const folders = steps.map(() => mkdtempSync(join(tmpdir(), 'revision-')))
try {
  const dists = steps.map(([revision], index) => {
    log(`building ${revision}`)
    return buildRevision(revision, folders[index] as string)
  })
  const programs = stores.flatMap((store) => steps.map(([revision], index) => toOurs(store, `${revision}, ${store}`, dists[index])))
  await runOn({}, async ({ places }) => {
    const table = await measure(places, ceiling, programs.map((program) => [program]), {
      workloads: parseWorkloads(values.workloads), processes: Number(values.processes), rounds: Number(values.rounds), seconds: Number(values.seconds), warmupSeconds: Number(values.warmup), log
    })
    process.stdout.write(toTable(table))
    const rows = steps.map(([revision, name]): StepResult => ({
      revision,
      name,
      cells: [...table].flatMap(([workload, measured]) => summarize(measured).flatMap((summary) => stores
        .filter((store) => summary.name === `${revision}, ${store}`)
        .map((store) => ({ workload, store, micros: summary.middle, ratio: summary.ratio }))))
    }))
    if (stores.length === 3 && table.size === workloads.length) {
      saveResult('steps', { machine: toMachine(), processes: Number(values.processes), rounds: Number(values.rounds), seconds: Number(values.seconds), rows })
      log('npm run docs makes docs/performance.md of it')
    }
  })
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true })
}
