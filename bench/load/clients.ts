import { askInTurn, clients, pickOwn, shoot, toExample } from './closed-loop.js'
import type { Ask, JobResult } from './closed-loop.js'
import { Connection } from './connections.js'
import type { Shot } from './connections.js'
import type { Dialect, DialectName, Operation, Target } from './dialects.js'
import { makeDialect } from './dialects.js'

/*
 * A process with the clients of all programs: each job it is sent has 64 clients, each of which waits for an answer
 * before it asks again, until the time is over and all answers are there.
 */

/** In the order in which they can be measured: a page is one of the operations as they were made, which patches change. */
export const workloads = ['get', 'page', 'patch', 'create'] as const
export type Workload = (typeof workloads)[number]

/** Names with commas between them, brought into the order in which they can be measured. @throws for another name */
export function parseWorkloads (text: string): readonly Workload[] {
  const names = text.split(',')
  const unknown = names.find((name) => !workloads.some((workload) => workload === name))
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${workloads.join(', ')}`)
  return workloads.filter((workload) => names.includes(workload))
}

export interface Job {
  readonly program: string
  readonly dialect: DialectName
  readonly target: Target
  /** `fill` creates the operations that the others are about. */
  readonly workload: Workload | 'fill'
  readonly seconds: number
}

const operations = 1_000
const pageSize = 20

/** Every other one is Running. */
function toOperation (n: number): Operation {
  return {
    id: `op-${n}`,
    status: n % 2 === 0 ? 'Running' : 'NotStarted',
    createdDateTime: new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString(),
    percentComplete: String(n % 100),
    resourceLocation: `https://graph.example/v1.0/pages/${n}`
  }
}

const newest = Array.from({ length: pageSize }, (_, n) => `op-${operations - 2 - 2 * n}`)

/** What one program was made to store. */
interface Known {
  readonly dialect: Dialect
  readonly connections: readonly Connection[]
  /** By id, as its last acknowledged write left it. */
  readonly locations: Map<string, string>
  created: number
}

const programs = new Map<string, Known>()

function getKnown ({ program, dialect, target }: Job): Known {
  const known = programs.get(program) ?? {
    dialect: makeDialect(dialect, target),
    connections: Array.from({ length: clients }, () => new Connection(target.port)),
    locations: new Map(),
    created: 0
  }
  programs.set(program, known)
  return known
}

/** What a client asks next; `undefined` when there is nothing left. Operations that are changed are each one client's own. */
function makeNext ({ workload }: Job, known: Known): (client: number) => Ask | undefined {
  const { dialect, locations } = known
  const pick = (): string => `op-${Math.floor(Math.random() * operations)}`
  const locate = (id: string): string => locations.get(id) ?? ''
  switch (workload) {
    case 'get': return () => { const id = pick(); return { shot: dialect.get({ id, resourceLocation: locate(id) }) } }
    case 'page': return () => ({ shot: dialect.page(newest) })
    case 'patch': return (client) => {
      const id = `op-${pickOwn(client, operations)}`
      const location = `https://graph.example/v1.0/pages/${Math.random()}`
      return { shot: dialect.patch(id, location), onRight: () => { locations.set(id, location) } }
    }
    case 'create': return () => {
      known.created += 1
      const operation = { ...toOperation(operations + known.created), id: `new-${known.created}`, status: 'NotStarted' }
      return { shot: dialect.create(operation) }
    }
    case 'fill': return () => {
      if (known.created === operations) return undefined
      const operation = toOperation(known.created)
      known.created += 1
      return { shot: dialect.create(operation), onRight: () => { locations.set(operation.id, operation.resourceLocation) } }
    }
  }
}

/** An operation, an update that was acknowledged, and no other: what is read afterwards. */
function toReadBack ({ dialect, locations }: Known): Shot[] {
  return Array.from({ length: clients }, (_, n) => {
    const id = `op-${(n * 7) % operations}`
    return dialect.get({ id, resourceLocation: locations.get(id) ?? '' })
  })
}

async function run (job: Job): Promise<JobResult> {
  const known = getKnown(job)
  return await askInTurn(known.connections, makeNext(job, known), job.workload === 'fill' ? Number.POSITIVE_INFINITY : job.seconds)
}

/** Reads back what was written. */
async function check (job: Job): Promise<JobResult> {
  const known = getKnown(job)
  let example: string | undefined
  let wrong = 0
  for (const [n, shot] of toReadBack(known).entries()) {
    const outcome = await shoot(known.connections[n] as Connection, shot)
    if (outcome.isRight) continue
    wrong += 1
    example ??= toExample(shot, outcome)
  }
  return { requests: 0, millis: 0, wrong, example, p50: 0, p99: 0 }
}

process.on('message', (message: { job: Job, isCheck: boolean }) => {
  void (message.isCheck ? check : run)(message.job).then((result) => process.send?.(result))
})
// with the bench that started it
process.on('disconnect', () => process.exit())
