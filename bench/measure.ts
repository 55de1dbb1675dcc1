import type { Job, Workload } from './load/clients.js'
import type { JobResult } from './load/closed-loop.js'
import type { Running } from './processes.js'
import type { Places, Program } from './programs.js'
import { runTogether } from './setting.js'
import type { Setting } from './setting.js'

/** What a round of one program took. */
export interface Sample {
  /** CPU time of the server for each request. Microseconds. */
  readonly cpu: number
  /** Requests in a second. */
  readonly throughput: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** A round beside those of the first program just before and after it. */
export interface PairedSample extends Sample {
  /** How many requests the program serves with the CPU time of one of the first program. */
  readonly ratio: number
}

/** The rounds of one program; void when an answer was wrong. */
export interface Row {
  readonly program: Program
  readonly samples: readonly PairedSample[]
  /** What was asked, and what was wrong with the answer. */
  readonly failure: string | undefined
}

export interface Options {
  readonly workloads: readonly Workload[]
  /** How many times every program is started anew: what its engine compiles, and how well, differs from process to process. */
  readonly processes: number
  /** Of each process. */
  readonly rounds: number
  /** Of one round of one program. */
  readonly seconds: number
  /** At least; a program whose requests still become cheaper gets more. */
  readonly warmupSeconds: number
  readonly log: (line: string) => void
}

/** The part by which two rounds of a program that is warm may differ. */
const steadiness = 0.1

/** How many times the warm-up is repeated at most. */
const mostWarmups = 8

interface Round {
  readonly result: JobResult
  readonly sample: Sample
}

/** Runs a job, and reads before and after it what the server used. */
export async function takeRound (server: Pick<Running, 'use'>, job: () => Promise<JobResult>): Promise<Round> {
  const before = await server.use()
  const result = await job()
  const after = await server.use()
  const micros = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system
  return { result, sample: { cpu: micros / result.requests, throughput: result.requests / result.millis * 1_000, p50: result.p50, p99: result.p99 } }
}

/** Runs rounds until two of them in a row cost the same, within bounds; the first one with a wrong answer, or the last. */
export async function warmUp (round: () => Promise<Round>, seconds: number): Promise<JobResult> {
  const start = performance.now()
  let before = Number.POSITIVE_INFINITY
  for (;;) {
    const { result, sample: { cpu } } = await round()
    const spent = (performance.now() - start) / 1_000
    const isSteady = Math.abs(cpu / before - 1) < steadiness
    if (result.wrong > 0 || spent > mostWarmups * seconds || (spent >= seconds && isSteady)) return result
    before = cpu
  }
}

function toJob ({ program, target }: Running, workload: Job['workload'], seconds: number): Job {
  return { program: program.name, dialect: program.dialect, target, workload, seconds }
}

/** Runs a workload on programs in turns, and the first of them between any two. @throws when the first gives a wrong answer */
async function takeTurns ({ servers, clients }: Setting, workload: Workload, { rounds, seconds, warmupSeconds }: Options): Promise<Row[]> {
  const [first, ...others] = servers as readonly [Running, ...Running[]]
  const found = new Map<Running, string>()
  const isOf = (server: Running, { wrong, example }: JobResult): boolean => {
    if (wrong === 0) return true
    found.set(server, String(example))
    return false
  }
  const run = async (server: Running): Promise<Round> => await takeRound(server, async () => await clients.run(toJob(server, workload, seconds)))
  const samples = new Map<Running, PairedSample[]>(servers.map((server) => [server, []]))
  /** A round whose answers were right, and so what was written. */
  const take = async (server: Running): Promise<Sample | undefined> => {
    if (found.has(server)) return undefined
    const { result, sample } = await run(server)
    if (!isOf(server, result) || (workload === 'patch' && !isOf(server, await clients.check(toJob(server, workload, 0))))) return undefined
    return sample
  }
  const takeFirst = async (): Promise<Sample> => {
    const sample = await take(first)
    if (sample === undefined) throw new Error(`${first.program.name}: ${String(found.get(first))}`)
    samples.get(first)?.push({ ...sample, ratio: 1 })
    return sample
  }
  for (const server of servers) isOf(server, await warmUp(async () => await run(server), warmupSeconds))
  let before = await takeFirst()
  for (let round = 0; round < rounds; round += 1) {
    for (const server of others) {
      const sample = await take(server)
      if (sample === undefined) continue
      const after = await takeFirst()
      samples.get(server)?.push({ ...sample, ratio: (before.cpu + after.cpu) / 2 / sample.cpu })
      before = after
    }
  }
  return servers.map((server) => ({ program: server.program, samples: samples.get(server) ?? [], failure: found.get(server) }))
}

/** Runs every workload on programs that were just started, in turns with the first one. */
async function measureTogether (places: Places, programs: readonly Program[], options: Options): Promise<ReadonlyMap<Workload, readonly Row[]>> {
  const table = new Map<Workload, readonly Row[]>()
  await runTogether(places, programs, async (setting) => {
    for (const server of setting.servers) {
      const { wrong, example } = await setting.clients.run(toJob(server, 'fill', 0))
      if (wrong > 0) throw new Error(`${server.program.name} did not take the operations: ${String(example)}`)
    }
    for (const workload of options.workloads) table.set(workload, await takeTurns(setting, workload, options))
  })
  return table
}

function join (row: Row | undefined, { program, samples, failure }: Row): Row {
  return { program, samples: [...row?.samples ?? [], ...samples], failure: row?.failure ?? failure }
}

/**
 * Runs every workload on the programs of each group in turns with the first one: on a machine that is faster now and
 * slower then, only rounds that touch can be compared. Every group has processes of its own, the first program's too:
 * one that has stood still for seconds has given back memory and compiled code, and is dearer for a while, and one
 * that has served all the others holds what they made it store. The first program leads the rows.
 */
export async function measure (places: Places, first: Program, groups: ReadonlyArray<readonly Program[]>, options: Options): Promise<ReadonlyMap<Workload, readonly Row[]>> {
  const table = new Map<Workload, Map<Program, Row>>(options.workloads.map((workload) => [workload, new Map<Program, Row>()]))
  for (let process = 1; process <= options.processes; process += 1) {
    for (const group of groups) {
      for (const [workload, found] of await measureTogether(places, [first, ...group], options)) {
        const rows = table.get(workload) as Map<Program, Row>
        for (const row of found) rows.set(row.program, join(rows.get(row.program), row))
      }
      options.log(`${process} of ${options.processes}: ${group.map(({ name }) => name).join(' and ')}`)
    }
  }
  return new Map([...table].map(([workload, rows]) => [workload, [...rows.values()]]))
}
