import type { Chance } from '../../support/chance.js'
import type { Knowledge } from './choice.js'
import { chooseRequest, learn } from './choice.js'
import type { Answer, Entry, Request } from './history.js'
import type { Cell } from './sequential.js'
import { carryOut } from './sequential.js'

/** What a simulated operation can do wrong, now and then. */
export const flaws = ['stale read', 'no version check', 'lost update', 'versions restart', 'acknowledged, not made', 'refused, but made', 'unknown, made twice'] as const
export type Flaw = typeof flaws[number]

export interface SimulatorOptions {
  readonly clients: number
  readonly requests: number
  /** One answer in so many is lost; 0 for none. */
  readonly unknownOneIn: number
  readonly flaw?: Flaw | undefined
}

/** What a request found, what its answer shows, and what is there after it. */
interface Effect {
  readonly status: number
  readonly shown: Cell<string>
  readonly next: Cell<string>
}

/** An operation with a flaw. It carries out requests one after the other. */
class SimulatedOperation {
  readonly #chance: Chance
  readonly #flaw: Flaw | undefined
  #minted = 0
  #before: Cell<string> = { exists: false, members: {}, tag: 'E0' }
  #now = this.#before

  constructor (chance: Chance, flaw: Flaw | undefined) {
    this.#chance = chance
    this.#flaw = flaw
  }

  get now (): Cell<string> {
    return this.#now
  }

  /** `then` is what was there when the request was made. */
  carryOut (request: Request, then: Cell<string>): Answer {
    const { status, shown, next } = this.#findEffect(request, then)
    if (next !== this.#now) this.#before = this.#now
    this.#now = next
    if (status >= 400 || request.kind === 'remove') return { status }
    return { status, etag: shown.tag, ...(status !== 304 && { members: shown.members }) }
  }

  #carryOut (cell: Cell<string>, request: Request): Effect {
    const { status, next } = carryOut(cell, request, () => `E${this.#minted += 1}`)
    return { status, shown: next, next }
  }

  #findEffect (request: Request, then: Cell<string>): Effect {
    const now = this.#now
    const effect = this.#carryOut(now, request)
    if (this.#flaw === 'versions restart' && now.exists && !effect.next.exists) this.#minted = 0
    if (this.#chance.oneIn(2)) return effect
    const { kind } = request
    if (this.#flaw === 'stale read' && kind === 'read') return { ...this.#carryOut(this.#before, request), next: now }
    if (this.#flaw === 'no version check' && effect.status === 412 && now.exists && 'match' in request) return this.#carryOut(now, { ...request, match: '*' })
    if (this.#flaw === 'lost update' && kind === 'update' && then.exists && now.exists) return this.#carryOut(then, { ...request, match: '*' })
    if (this.#flaw === 'acknowledged, not made' && effect.next !== now) return { ...effect, next: now }
    if (this.#flaw === 'refused, but made' && effect.status === 412 && 'members' in request) return { ...effect, next: this.#carryOut(now, { kind: 'update', members: request.members, upsert: 'too' }).next }
    return effect
  }
}

/** The history of clients that ask one operation, over a network and with a patience of random lengths. */
export function simulate (chance: Chance, { clients, requests, unknownOneIn, flaw }: SimulatorOptions): Entry[] {
  const entries: Entry[] = []
  const knowledge: Knowledge = { isThere: false, tags: [] }
  const operation = new SimulatedOperation(chance, flaw)
  const events: Array<{ readonly at: number, readonly happen: () => void }> = []
  let now = 0
  let made = 0
  const after = (longest: number, happen: () => void): void => { events.push({ at: now + 1 + chance.below(longest), happen }) }

  const ask = (client: number): void => {
    if (made === requests) return
    made += 1
    const request = chooseRequest(chance, client, made, knowledge)
    const head = { client, key: 'k', request, invoked: now }
    const then = operation.now
    if (unknownOneIn > 0 && chance.oneIn(unknownOneIn)) {
      entries.push({ ...head, answer: undefined, answered: Number.POSITIVE_INFINITY })
      for (let times = flaw === 'unknown, made twice' ? 2 : chance.below(2); times > 0; times -= 1) after(300, () => { operation.carryOut(request, then) })
      after(60, () => { ask(client) })
      return
    }
    after(30, () => {
      const answer = operation.carryOut(request, then)
      after(30, () => {
        entries.push({ ...head, answer, answered: now })
        learn(knowledge, request, answer)
        after(10, () => { ask(client) })
      })
    })
  }

  for (let client = 0; client < clients; client += 1) after(30, () => { ask(client) })
  while (events.length > 0) {
    const soonest = events.reduce((first, event) => event.at < first.at ? event : first)
    events.splice(events.indexOf(soonest), 1)
    now = soonest.at
    soonest.happen()
  }
  return entries
}

/** What is changed in a good history to make it bad, most of the time. */
export const mutations = ['another state', 'another status', 'tags exchanged', 'a write left out', 'a member left out', 'made too late'] as const
export type Mutation = typeof mutations[number]

/** A history with one change; `undefined` where there is nothing to change. */
export function mutate (chance: Chance, history: readonly Entry[], mutation: Mutation): Entry[] | undefined {
  const showing = history.flatMap(({ answer }, index) => answer?.members === undefined ? [] : [index])
  const answerOf = (index: number): Answer => history[index]?.answer as Answer
  const change = (index: number, by: Partial<Entry>): Entry[] => history.map((entry, other) => other === index ? { ...entry, ...by } : entry)
  const pick = (from: readonly number[]): number | undefined => from.length === 0 ? undefined : chance.pick(from)

  const one = pick(mutation === 'another status' || mutation === 'a write left out' || mutation === 'made too late'
    ? history.flatMap(({ request, answer }, index) => request.kind === 'update' && answer?.status === 200 ? [index] : [])
    : showing)
  if (one === undefined) return undefined
  const { etag, members } = answerOf(one)
  const other = pick(showing.filter((index) => answerOf(index).etag !== etag))
  if (mutation === 'another status') return change(one, { answer: { status: 412 } })
  if (mutation === 'a write left out') return history.filter((_, index) => index !== one)
  if (mutation === 'made too late') return change(one, { invoked: 1e9, answered: 1e9 + 1 })
  if (mutation === 'a member left out') return change(one, { answer: { ...answerOf(one), members: Object.fromEntries(Object.entries(members ?? {}).slice(1)) } })
  if (other === undefined) return undefined
  if (mutation === 'another state') return change(one, { answer: { ...answerOf(one), etag: answerOf(other).etag, members: answerOf(other).members } })
  return change(one, { answer: { ...answerOf(one), etag: answerOf(other).etag } }).map((entry, index) => index === other ? { ...entry, answer: { ...answerOf(other), etag } } : entry)
}
