import type { Job, JobResult, Workload } from './load/clients.js'
import type { Clients, Running } from './processes.js'

/** One round of one workload of one program. */
export interface Sample {
  /** CPU time of the server for each request. Microseconds. */
  readonly cpu: number
  /** Requests in a second. */
  readonly throughput: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** The rounds of one program; void when an answer was wrong. */
export interface Row {
  readonly program: Running['program']
  readonly samples: readonly Sample[]
  /** What was asked, and what was wrong with the answer. */
  readonly failure: string | undefined
}

export interface Options {
  readonly workloads: readonly Workload[]
  readonly rounds: number
  /** Of one round of one program. */
  readonly seconds: number
  readonly warmupSeconds: number
  readonly log: (line: string) => void
}

/** Runs every workload on every program in turns, so that a machine that is slow for a while is so for all of them. */
export async function measure (servers: readonly Running[], clients: Clients, { workloads, rounds, seconds, warmupSeconds, log }: Options): Promise<ReadonlyMap<Workload, readonly Row[]>> {
  const toJob = ({ program, target }: Running, workload: Job['workload'], time: number): Job => ({ program: program.name, dialect: program.dialect, target, workload, seconds: time })

  for (const server of servers) {
    const { wrong, example } = await clients.run(toJob(server, 'fill', 0))
    if (wrong > 0) throw new Error(`${server.program.name} did not take the operations: ${String(example)}`)
  }
  const table = new Map<Workload, readonly Row[]>()
  for (const workload of workloads) {
    const found = new Map<Running, string>()
    const isOf = (server: Running, { wrong, example }: JobResult): boolean => {
      if (wrong === 0) return true
      found.set(server, String(example))
      return false
    }
    const samples = new Map<Running, Sample[]>(servers.map((server) => [server, []]))
    for (const server of servers) isOf(server, await clients.run(toJob(server, workload, warmupSeconds)))
    for (let round = 0; round < rounds; round += 1) {
      for (const server of servers) {
        if (found.has(server)) continue
        const before = await server.use()
        const result = await clients.run(toJob(server, workload, seconds))
        const after = await server.use()
        if (!isOf(server, result) || (workload === 'patch' && !isOf(server, await clients.check(toJob(server, workload, 0))))) continue
        const micros = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system
        samples.get(server)?.push({ cpu: micros / result.requests, throughput: result.requests / result.millis * 1_000, p50: result.p50, p99: result.p99 })
      }
      log(`${workload}: round ${round + 1} of ${rounds}`)
    }
    table.set(workload, servers.map((server) => ({ program: server.program, samples: samples.get(server) ?? [], failure: found.get(server) })))
  }
  return table
}
