import type { Agent } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Chance } from '../../support/chance.js'
import type { Fate, Item, Write } from './history.js'
import type { Reply } from './http.js'
import { ask } from './http.js'

export const owners = ['calls/1', 'calls/2', 'calls/3'] as const
const ids = Array.from({ length: 16 }, (_, index) => `operation-${index}`)

export const toUrl = (owner: string): string => `/v1.0/communications/${owner}/operations`
export const toKey = (owner: string, id: string): string => `${owner}/${id}`

/** A request, and what it is to do. */
interface Plan {
  readonly method: string
  readonly path: string
  readonly payload?: object
  readonly headers?: Record<string, string>
  readonly items: readonly Item[]
}

/** What a write leaves in an operation; now and then so much that it takes pages of its own. */
function toMembers (chance: Chance, number: number): object {
  const padding = chance.oneIn(10) ? 'x'.repeat(chance.below(12_000)) : chance.oneIn(5) ? null : undefined
  return { clientContext: `w${number}`, log: { [`w${number}`]: number }, ...(padding !== undefined && { padding }) }
}

function planDelta (chance: Chance, number: number, owner: string): Plan {
  const chosen = new Set(chance.some(2 + chance.below(4), () => chance.pick(ids)))
  const removed = new Set([...chosen].filter(() => chance.oneIn(6)))
  const value = [...chosen].map((id) => removed.has(id) ? { '@removed': { reason: 'deleted' }, id } : { id, ...toMembers(chance, number) })
  return {
    method: 'PATCH',
    path: toUrl(owner),
    payload: { '@context': '#$delta', value },
    items: [...chosen].map((id) => ({ key: toKey(owner, id), kind: removed.has(id) ? 'remove' : 'upsert' }))
  }
}

function plan (chance: Chance, number: number): Plan {
  const owner = chance.pick(owners)
  const id = chance.pick(ids)
  const key = toKey(owner, id)
  const path = `${toUrl(owner)}/${id}`
  const kind = chance.below(100)
  if (kind < 12) return { method: 'POST', path: toUrl(owner), payload: { id, ...toMembers(chance, number) }, items: [{ key, kind: 'insert' }] }
  if (kind < 50) return { method: 'PATCH', path, payload: toMembers(chance, number), items: [{ key, kind: 'update' }] }
  if (kind < 68) return { method: 'PATCH', path, payload: toMembers(chance, number), headers: { prefer: 'create-if-missing' }, items: [{ key, kind: 'upsert' }] }
  if (kind < 76) return { method: 'DELETE', path, items: [{ key, kind: 'remove' }] }
  return planDelta(chance, number, owner)
}

/** Entity tags are weak ones around a version. */
function toVersion (etag: unknown): string {
  const version = /^W\/"([^"]+)"$/.exec(String(etag))?.[1]
  if (version === undefined) throw new Error(`${String(etag)} is not an entity tag`)
  return version
}

/** The numbers of the writes that an operation has members of. */
export function toState (operation: any): { version: string, members: Set<number>, last: number } {
  return {
    version: toVersion(operation['@odata.etag']),
    members: new Set(Object.values<number>(operation.log)),
    last: Number(String(operation.clientContext).slice(1))
  }
}

function toAnswers ({ status, body, etag }: Reply, { items }: Plan): Write['answers'] {
  if (status === 204) return items.map(() => undefined)
  const operations: any[] = body.value ?? [body]
  return operations.map((operation, index) => {
    if (items[index]?.kind === 'remove') return undefined
    const { version, members } = toState(operation)
    if (body.value === undefined && toVersion(etag) !== version) throw new Error(`the answer has the tag ${String(etag)} and in its body ${version}`)
    return { version, members: members.size }
  })
}

/** @see the contract of stores: 503 when nothing was stored, 500 when that is not known */
function toFate (status: number): Fate {
  if (status < 300) return 'made'
  return status === 500 ? 'unknown' : 'refused'
}

export interface Load {
  readonly agent: Agent
  readonly port: number
  readonly chance: Chance
  /** Every write has a number that no other one has. */
  readonly next: () => number
  /** Asked before each request; what was sent before is waited for. */
  readonly isOver: () => boolean
  /** Told of each write; `reply` is `undefined` when there was none. */
  readonly onWrite: (write: Write, reply: Reply | undefined) => void
}

/** One client: a request after the other. Connections that break are part of the load. */
async function runClient ({ agent, port, chance, next, isOver, onWrite }: Load): Promise<void> {
  while (!isOver()) {
    const number = next()
    const planned = plan(chance, number)
    const { method, path, payload, headers, items } = planned
    const began = performance.now()
    const reply = await ask(agent, port, method, path, payload, headers).catch((error: NodeJS.ErrnoException) => {
      if (error.code === undefined) throw error
      return undefined
    })
    const fate = reply === undefined ? 'unknown' : toFate(reply.status)
    onWrite({ number, items, began, ended: performance.now(), fate, answers: reply === undefined || fate !== 'made' ? [] : toAnswers(reply, planned) }, reply)
    // while there is nothing to have, not everybody asks all the time
    if (reply !== undefined && reply.status >= 500) await delay(20)
  }
}

const clients = 24

/** Many clients at once. */
export async function runClients (load: Load): Promise<void> {
  await Promise.all(Array.from({ length: clients }, async () => await runClient(load)))
}
