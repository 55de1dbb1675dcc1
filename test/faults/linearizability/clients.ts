import { Agent, request as ask } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Chance } from '../../support/chance.js'
import type { Knowledge } from './choice.js'
import { chooseRequest, learn } from './choice.js'
import type { Answer, Entry, Members, Request } from './history.js'

/** A server that listens. */
export interface Target {
  /** Such as `http://127.0.0.1:3000`. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface Round {
  readonly targets: readonly Target[]
  /** The collection below a server's URL, such as `/v1.0/communications/calls/1/operations`. */
  readonly collection: string
  readonly keys: readonly string[]
  readonly clients: number
  readonly requestsPerClient: number
  readonly chance: Chance
  /** Told why an answer was lost. */
  readonly onLost: (reason: string) => void
}

/** How a request goes over the wire. */
interface Wire {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: object
}

interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** Nanoseconds. */
  readonly answered: number
}

const patienceMillis = 30_000

const origin = process.hrtime.bigint()

/** Nanoseconds on one clock, which never goes back. */
function now (): number {
  return Number(process.hrtime.bigint() - origin)
}

function toWire (chance: Chance, collection: string, key: string, request: Request): Wire {
  const path = `${collection}/${key}`
  if (request.kind === 'read') return { method: 'GET', path, headers: request.noneMatch === undefined ? {} : { 'if-none-match': request.noneMatch } }
  if (request.kind === 'remove') return { method: 'DELETE', path, headers: request.match === undefined ? {} : { 'if-match': request.match } }
  const prefer = chance.oneIn(8) ? ['return=minimal'] : []
  if (request.kind === 'update' && request.upsert === 'too') prefer.push('create-if-missing')
  const headers = {
    'content-type': 'application/json',
    ...(prefer.length > 0 && { prefer: prefer.join(', ') }),
    ...(request.kind === 'update' && request.match !== undefined && { 'if-match': request.match }),
    ...(request.kind === 'update' && request.upsert === 'only' && { 'if-none-match': '*' })
  }
  if (request.kind === 'create') return { method: 'POST', path: collection, headers, body: { id: key, ...request.members } }
  // an update addressed to the collection names the operation in its body
  return chance.oneIn(8)
    ? { method: 'PATCH', path: collection, headers, body: { id: key, ...request.members } }
    : { method: 'PATCH', path, headers, body: request.members }
}

/** @throws what became of the connection */
function send (agent: Agent, { url, headers: targetHeaders }: Target, { method, path, headers, body }: Wire): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : JSON.stringify(body)
    const outgoing = ask(url + path, { agent, method, headers: { ...targetHeaders, ...headers, ...(payload !== undefined && { 'content-length': Buffer.byteLength(payload) }) } }, (incoming) => {
      const answered = now()
      const { statusCode: status = 0, headers } = incoming
      text(incoming).then((text) => { resolve({ status, headers, text, answered }) }, reject)
    })
    outgoing.setTimeout(patienceMillis, () => { outgoing.destroy(new Error(`no answer within ${patienceMillis} ms`)) })
    outgoing.on('error', reject)
    outgoing.end(payload)
  })
}

function toMembers (body: Readonly<Record<string, unknown>>): Members {
  return Object.fromEntries(Object.entries(body).filter((member): member is [string, string] => /^(?:m\d+|last)$/.test(member[0])))
}

function toAnswer ({ kind }: Request, { status, headers, text }: Reply): Answer {
  // a create that was asked for no body
  if (status === 204 && kind !== 'remove' && headers.location !== undefined) return { status: 201, etag: headers.etag }
  return { status, etag: headers.etag, ...((status === 200 || status === 201) && { members: toMembers(JSON.parse(text)) }) }
}

/** Statuses that leave open whether the request was carried out. 503 and 507 say that it was not. */
function isUnknown (status: number): boolean {
  return status >= 500 && status !== 503 && status !== 507
}

async function attempt (agent: Agent, { targets, collection, chance, onLost }: Round, client: number, key: string, request: Request): Promise<Entry> {
  const wire = toWire(chance, collection, key, request)
  const invoked = now()
  const unknown: Entry = { client, key, request, invoked, answer: undefined, answered: Number.POSITIVE_INFINITY }
  try {
    const reply = await send(agent, chance.pick(targets), wire)
    if (!isUnknown(reply.status)) return { ...unknown, answer: toAnswer(request, reply), answered: reply.answered }
    onLost(`${reply.status} ${reply.text}`)
  } catch (error) {
    onLost(String(error))
  }
  return unknown
}

/**
 * The history of clients that each ask as soon as they are answered, over connections that stay open, and of a
 * last look at each operation through each server when they are done.
 */
export async function play (round: Round): Promise<Entry[]> {
  const { targets, keys, clients, requestsPerClient, chance } = round
  const entries: Entry[] = []
  const known = new Map<string, Knowledge>(keys.map((key) => [key, { isThere: false, tags: [] }]))
  const agents = Array.from({ length: clients }, () => new Agent({ keepAlive: true, maxSockets: 1 }))

  const run = async (agent: Agent, client: number): Promise<void> => {
    for (let number = 1; number <= requestsPerClient; number += 1) {
      const key = chance.pick(keys)
      const knowledge = known.get(key) as Knowledge
      const entry = await attempt(agent, round, client, key, chooseRequest(chance, client, number, knowledge))
      entries.push(entry)
      if (entry.answer !== undefined) learn(knowledge, entry.request, entry.answer)
    }
  }

  try {
    await Promise.all(agents.map(run))
    for (const target of targets) {
      for (const key of keys) entries.push(await attempt(agents[0] as Agent, { ...round, targets: [target] }, clients, key, { kind: 'read' }))
    }
  } finally {
    for (const agent of agents) agent.destroy()
  }
  return entries
}
