import { writeFileSync } from 'node:fs'
import type { Profiler } from 'node:inspector'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Job } from './load/clients.js'
import { parseWorkloads, workloads } from './load/clients.js'
import { programs } from './programs.js'
import type { ProfileResult } from './results.js'
import { saveResult, toMachine } from './results.js'
import { log, root, runOn, runTogether } from './setting.js'

/*
 * Where the time of a request goes: the functions of a program that take most of it.
 *   npm run bench -- profile [--only=NAME --only=… --workloads=get,page,patch,create --seconds=5 --top=25 --keep=FOLDER]
 * Whole profiles are kept in FOLDER, as files that the developer tools of a browser open.
 */

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: ['ours'] },
    workloads: { type: 'string', default: workloads.join() },
    seconds: { type: 'string', default: '5' },
    top: { type: 'string', default: '25' },
    keep: { type: 'string' }
  }
})

function toPlace ({ functionName, url, lineNumber }: Profiler.ProfileNode['callFrame']): string {
  const file = url.startsWith('file:') ? relative(root, fileURLToPath(url)).replace(/^.*node_modules\//, '') : url
  return `${functionName === '' ? '(anonymous)' : functionName}${file === '' ? '' : ` ${file}:${lineNumber + 1}`}`
}

/** The part of the time that is each function's own. */
function toSelfTimes ({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Array<readonly [place: string, part: number]> {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, toPlace(callFrame)]))
  const times = new Map<string, number>()
  let total = 0
  for (const [index, id] of samples.entries()) {
    const place = places.get(id) as string
    const time = timeDeltas[index] as number
    if (place === '(idle)') continue
    total += time
    times.set(place, (times.get(place) ?? 0) + time)
  }
  return [...times].map(([place, time]) => [place, time / total] as const).sort(([, a], [, b]) => b - a)
}

const { only } = values
const rows: ProfileResult[] = []
await runOn({}, async ({ places }) => {
  await runTogether(places, programs.filter(({ name }) => only.some((part) => name.includes(part))), async ({ servers, clients }) => {
    for (const server of servers) {
      const toJob = (workload: Job['workload'], seconds: number): Job => ({ program: server.program.name, dialect: server.program.dialect, target: server.target, workload, seconds })
      await clients.run(toJob('fill', 0))
      for (const workload of parseWorkloads(values.workloads)) {
        await clients.run(toJob(workload, 4))
        let requests = 0
        const before = await server.use()
        const profile = await server.profile(async () => { ({ requests } = await clients.run(toJob(workload, Number(values.seconds)))) })
        const { cpu } = await server.use()
        log(`${server.program.name}, ${workload}: ${((cpu.user + cpu.system - before.cpu.user - before.cpu.system) / requests).toFixed(1)} µs`)
        if (values.keep !== undefined) writeFileSync(join(values.keep, `${server.program.name} ${workload}.cpuprofile`), JSON.stringify(profile))
        const functions = toSelfTimes(profile).slice(0, Number(values.top))
        rows.push({ program: server.program.name, workload, functions })
        const lines = functions.map(([place, part]) => `${(100 * part).toFixed(1).padStart(5)} %  ${place}`)
        process.stdout.write(`\n${server.program.name}, ${workload}: ${requests} requests\n${lines.join('\n')}\n`)
      }
    }
  })
})
if (only.join() === 'ours' && values.workloads === workloads.join()) saveResult('profile', { machine: toMachine(), rows })
