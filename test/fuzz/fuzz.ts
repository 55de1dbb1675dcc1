import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { findRawViolations, findViolations } from './check.js'
import type { Contract } from './document.js'
import { readContract } from './document.js'
import { converse, makeConversations, parseAnswers, toBytes } from './raw.js'
import type { Answer, Request } from './session.js'
import { Session } from './session.js'
import { makeSteps } from './steps.js'
import type { Target } from './target.js'

/** Requests of one client, one after the other: how many at most, and about how many it is in the middle. */
const steps = { most: 50, middle: 20 } as const

/** Of the requests, what goes over connections as bytes. */
const rawShare = 0.04

/** How often something was seen, by a name such as `valid GET 200`. */
export type Counts = Map<string, number>

export interface FuzzOptions {
  readonly requests: number
  readonly seed: number
  /** Where the run is that failed, as it was printed. */
  readonly path?: string | undefined
  /** The part it belongs to. */
  readonly only?: string | undefined
  /** Whether what failed is made smaller. */
  readonly shrinks?: boolean
}

export interface FuzzResult {
  readonly counts: Counts
  readonly requests: number
  /** What was violated, and how to see it again; `undefined` when nothing was. */
  readonly violation: string | undefined
}

class ViolationError extends Error {}

/** Over no socket. */
async function send (app: Target['app'], { method, url, headers, payload }: Request): Promise<Answer> {
  const answer = await app.inject({ method: method, url, headers, ...(payload !== undefined && { payload }) })
  return { status: answer.statusCode, headers: answer.headers, text: answer.body }
}

function show ({ method, url, headers, payload }: Request, { status, text }: Answer): string {
  const { authorization, ...others } = headers
  const body = payload === undefined ? '' : ` ${JSON.stringify(payload.toString('latin1').slice(0, 600))}`
  return `${method} ${url} ${JSON.stringify({ ...others, ...(authorization === undefined ? {} : { authorization: authorization.slice(0, 20) }) })}${body}\n    → ${status} ${text.slice(0, 300)}`
}

type Property = fc.IAsyncProperty<any>

/** What stays of a run, whatever became of it. */
interface Tally {
  readonly counts: Counts
  requests: number
  runs: number
}

function count ({ counts }: Tally, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function makeSessions ({ app, toTokens }: Target, contract: Contract, tally: Tally): Property {
  return fc.asyncProperty(fc.array(makeSteps(contract), { minLength: 1, maxLength: steps.most, size: 'max' }), async (chosen) => {
    const session = new Session(contract, await toTokens(`run-${tally.runs += 1}`))
    const trace: Array<[Request, Answer]> = []
    for (const step of chosen) {
      const request = session.toRequest(step)
      const answer = await send(app, request)
      tally.requests += 1
      count(tally, `${request.kind} ${request.method} ${answer.status}`)
      trace.push([request, answer])
      const violations = findViolations(contract, request, answer)
      if (violations.length > 0) throw new ViolationError([...violations, ...trace.slice(-3).map((pair) => show(...pair))].join('\n  '))
      session.learn(request, answer)
    }
  })
}

function makeRaw ({ app, toTokens }: Target, contract: Contract, tally: Tally): Property {
  return fc.asyncProperty(makeConversations(contract), async (conversation) => {
    const { application } = await toTokens('raw')
    const bytes = toBytes(conversation, application)
    const received = await converse((app.server.address() as AddressInfo).port, bytes)
    const fail = (problem: string): never => { throw new ViolationError(`${problem}\n  ${JSON.stringify(bytes.toString('latin1').replaceAll(application, 'TOKEN').slice(0, 1_000))}\n    → ${received.slice(0, 600)}`) }
    let answers: Answer[] = []
    try {
      answers = parseAnswers(received)
    } catch (error) {
      fail((error as Error).message)
    }
    tally.requests += 1
    for (const answer of answers) {
      count(tally, `raw bytes ${answer.status}`)
      for (const violation of findRawViolations(contract, answer)) fail(violation)
    }
  })
}

/** Sends requests to a server until one is answered as it must not be. */
export async function fuzz (target: Target, { requests, seed, path, only, shrinks = true }: FuzzOptions): Promise<FuzzResult> {
  const contract = readContract(target.app)
  const tally: Tally = { counts: new Map(), requests: 0, runs: 0 }
  const parts = [
    { name: 'sessions', numRuns: Math.ceil(requests * (1 - rawShare) / steps.middle), make: makeSessions },
    { name: 'raw', numRuns: Math.ceil(requests * rawShare), make: makeRaw }
  ] as const
  for (const { name, numRuns, make } of parts) {
    if (only !== undefined && only !== name) continue
    const details = await fc.check(make(target, contract, tally), { seed, numRuns, unbiased: name === 'raw', endOnFailure: !shrinks, ...(path !== undefined && { path }) })
    if (!details.failed) continue
    const { errorInstance: error, counterexamplePath } = details
    const again = `--seed=${details.seed} --only=${name} --path=${String(counterexamplePath)}`
    return { ...tally, violation: `${error instanceof ViolationError ? error.message : String((error as Error).stack)}\n  again: ${again}` }
  }
  return { ...tally, violation: undefined }
}
