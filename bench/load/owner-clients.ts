import { isRunning, toId, toLocation, toOwner } from '../programs/filling.js'
import type { Filled } from '../programs/filling.js'
import { askInTurn, clients, pickOwn, shoot, toExample } from './closed-loop.js'
import type { Ask, JobResult } from './closed-loop.js'
import { Connection } from './connections.js'
import type { Shot } from './connections.js'
import { makeToText } from './dialects.js'
import type { Target } from './dialects.js'

/*
 * A process with the clients of servers that were filled with many operations of one owner or of many: what they
 * ask, and what must be answered, is known from the number of an operation. Answers are checked: of a page, that it
 * has these operations in this order.
 */

export const growthWorkloads = ['get', 'patch', 'running', 'newest'] as const
export type GrowthWorkload = (typeof growthWorkloads)[number]

interface Place {
  /** What is remembered of it outlives its process. */
  readonly name: string
  readonly target: Target
  readonly filled: Filled
}

export type OwnerJob =
  /** 64 clients for some time. */
  | Place & { readonly kind: 'load', readonly workload: GrowthWorkload, readonly seconds: number }
  /** One request on a connection of its own. */
  | Place & { readonly kind: 'one', readonly workload: GrowthWorkload }
  /** Follows `@odata.nextLink` from the first page on, so many pages at most. */
  | Place & { readonly kind: 'walk', readonly pages: number }

export interface OneResult {
  readonly millis: number
  /** Milliseconds since 1970. */
  readonly answeredAt: number
}

export interface OwnerResults {
  readonly load: JobResult
  readonly one: OneResult
  /** Milliseconds of each page. */
  readonly walk: readonly number[]
}

const pageSize = 20

const connectionsOf = new Map<number, readonly Connection[]>()

function getConnections ({ port }: Target): readonly Connection[] {
  const known = connectionsOf.get(port) ?? Array.from({ length: clients }, () => new Connection(port))
  connectionsOf.set(port, known)
  return known
}

/** By name and number of the operation, as its last acknowledged update left it. */
const locationsOf = new Map<string, Map<number, string>>()

function getLocations (name: string): Map<number, string> {
  const known = locationsOf.get(name) ?? new Map<number, string>()
  locationsOf.set(name, known)
  return known
}

const toUrl = (filled: Filled, n: number): string => `/v1.0/${toOwner(filled, n)}/onenote/operations`

interface Listed {
  readonly '@odata.nextLink'?: string
  readonly value: ReadonlyArray<{ readonly id: string }>
}

function isPage (body: string, numbers: readonly number[]): boolean {
  const { value } = JSON.parse(body) as Listed
  return value.length === numbers.length && value.every(({ id }, place) => id === toId(numbers[place] as number))
}

/** The numbers of the newest operations of an owner, of those that it is asked for. */
function findNewest ({ operations, owners }: Filled, owner: number, isWanted: (n: number) => boolean): number[] {
  const [first, end] = [owner * operations / owners, (owner + 1) * operations / owners]
  const found: number[] = []
  for (let n = end - 1; n >= first && found.length < pageSize; n -= 1) if (isWanted(n)) found.push(n)
  return found
}

const sorted = `$orderby=${encodeURIComponent('createdDateTime desc')}&$top=${pageSize}`
const queries = { running: `$filter=${encodeURIComponent("status eq 'Running'")}&${sorted}`, newest: sorted } as const

function makePages ({ target, filled }: Place, workload: keyof typeof queries): () => Ask {
  const toText = makeToText(target)
  const shots = new Map<number, Shot>()
  return () => {
    const owner = Math.floor(Math.random() * filled.owners)
    const numbers = shots.has(owner) ? [] : findNewest(filled, owner, (n) => workload === 'newest' || isRunning(filled, n))
    const shot = shots.get(owner) ?? { status: 200, text: toText('GET', `${toUrl(filled, owner * filled.operations / filled.owners)}?${queries[workload]}`), isRight: (body) => isPage(body, numbers) }
    shots.set(owner, shot)
    return { shot }
  }
}

function makeNext (place: Place, workload: GrowthWorkload): (client: number) => Ask {
  if (workload === 'running' || workload === 'newest') return makePages(place, workload)
  const { target, filled, name } = place
  const toText = makeToText(target)
  const locations = getLocations(name)
  const isOne = (body: string, id: string, location: string): boolean => {
    const found = JSON.parse(body) as { id: string, resourceLocation: string }
    return found.id === id && found.resourceLocation === location
  }
  if (workload === 'get') {
    return () => {
      const n = Math.floor(Math.random() * filled.operations)
      const [id, location] = [toId(n), locations.get(n) ?? toLocation(filled, n)]
      return { shot: { status: 200, text: toText('GET', `${toUrl(filled, n)}/${id}`), isRight: (body) => isOne(body, id, location) } }
    }
  }
  // the status stays, so that pages have the same operations before and after
  return (client) => {
    const n = pickOwn(client, filled.operations)
    const [id, location] = [toId(n), `https://graph.microsoft.com/v1.0/pages/${Math.random()}`]
    const text = toText('PATCH', `${toUrl(filled, n)}/${id}`, { status: isRunning(filled, n) ? 'Running' : 'Completed', resourceLocation: location })
    return { shot: { status: 200, text, isRight: (body) => isOne(body, id, location) }, onRight: () => { locations.set(n, location) } }
  }
}

async function askOne (connection: Connection, shot: Shot): Promise<{ millis: number, answer: string }> {
  const outcome = await shoot(connection, shot)
  if (!outcome.isRight) throw new Error(toExample(shot, outcome))
  return outcome
}

async function runOne (place: Place, workload: GrowthWorkload): Promise<OneResult> {
  const { shot } = makeNext(place, workload)(0)
  const connection = new Connection(place.target.port)
  const { millis } = await askOne(connection, shot)
  const answeredAt = performance.timeOrigin + performance.now()
  connection.close()
  return { millis, answeredAt }
}

async function walk ({ target, filled, pages }: Place & { pages: number }): Promise<readonly number[]> {
  const toText = makeToText(target)
  const connection = new Connection(target.port)
  const times: number[] = []
  let next: string | undefined
  for (let page = 0; page < pages && page * pageSize < filled.operations / filled.owners; page += 1) {
    const numbers = Array.from({ length: Math.min(pageSize, filled.operations / filled.owners - page * pageSize) }, (_, place) => page * pageSize + place)
    const url = next === undefined ? undefined : new URL(next)
    const isRight = (body: string): boolean => {
      next = (JSON.parse(body) as Listed)['@odata.nextLink']
      return isPage(body, numbers)
    }
    const { millis } = await askOne(connection, { status: 200, text: toText('GET', url === undefined ? `${toUrl(filled, 0)}?$top=${pageSize}` : `${url.pathname}${url.search}`), isRight })
    times.push(millis)
  }
  connection.close()
  return times
}

async function run (job: OwnerJob): Promise<OwnerResults[keyof OwnerResults]> {
  switch (job.kind) {
    case 'load': return await askInTurn(getConnections(job.target), makeNext(job, job.workload), job.seconds)
    case 'one': return await runOne(job, job.workload)
    case 'walk': return await walk(job)
  }
}

process.on('message', (job: OwnerJob) => { void run(job).then((result) => process.send?.(result)) })
// with the bench that started it
process.on('disconnect', () => process.exit())
