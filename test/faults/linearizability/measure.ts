import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Chance } from '../../support/chance.js'
import { findViolations } from './checker.js'
import { play } from './clients.js'
import type { Target } from './clients.js'
import type { Entry } from './history.js'
import { isWrite } from './history.js'

export interface Measurement {
  readonly targets: readonly Target[]
  /** Rounds whose time is taken, beside those that warm up. */
  readonly rounds: number
  readonly chance: Chance
  /** Where the histories that are not linearizable are kept, as JSON. */
  readonly folder: string
  readonly log: (line: string) => void
  /** Whether the rounds may end here, such as with the first violation. */
  readonly isOver?: ((violations: readonly string[]) => boolean) | undefined
}

/** What was counted. */
export interface Counts {
  readonly requests: number
  /** Requests whose outcome is known, by the time that clients were asking, without the rounds that warm up. */
  readonly requestsPerSecond: number
  readonly histories: number
  /** Operations, each of one history. */
  readonly keys: number
  /** Writes that were carried out. */
  readonly acknowledged: number
  /** 409 and 412: who came too late. */
  readonly conflicts: number
  /** Requests beside a write of the same operation by another client. */
  readonly contended: number
  /** 503 and 507. */
  readonly refused: number
  readonly unknown: number
  readonly violations: number
}

export interface Result {
  readonly counts: Counts
  readonly violations: readonly string[]
}

const clients = 16
const requestsPerClient = 25

/** These compile the servers' code, so that their time says nothing; their histories are checked as all are. */
const warmUpRounds = 3

/** Clients that wait for each other show nothing: the rounds are played again where the machine was too busy. */
export const leastRequestsPerSecond = 200
const tries = 3

/** How many requests were beside a write of another client to the same operation. */
function countContended (entries: readonly Entry[]): number {
  return entries.filter((entry) => entries.some((other) => other.client !== entry.client && other.key === entry.key && isWrite(other) && other.invoked < entry.answered && entry.invoked < other.answered)).length
}

/**
 * Plays rounds, each on a few operations of its own, so that clients meet and checking stays cheap, and checks
 * the history of each.
 */
export async function measure ({ targets, rounds, chance, folder, log, isOver = () => false }: Measurement): Promise<Result> {
  const violations: string[] = []
  const counts = { requests: 0, histories: 0, keys: 0, acknowledged: 0, conflicts: 0, contended: 0, refused: 0, unknown: 0 }

  const playOne = async (): Promise<{ answers: number, millis: number }> => {
    counts.histories += 1
    const round = counts.histories
    const keys = Array.from({ length: 2 + chance.below(3) }, (_, n) => `round-${round}-${n}`)
    const start = performance.now()
    const entries = await play({ targets, collection: '/v1.0/communications/calls/1/operations', keys, clients, requestsPerClient, chance, onLost: (reason) => { log(`an answer was lost: ${reason}`) } })
    const millis = performance.now() - start
    const count = (...statuses: Array<number | undefined>): number => entries.filter(({ answer }) => statuses.includes(answer?.status)).length
    counts.requests += entries.length
    counts.keys += keys.length
    counts.acknowledged += entries.filter((entry) => isWrite(entry) && entry.answer !== undefined && entry.answer.status < 300).length
    counts.conflicts += count(409, 412)
    counts.contended += countContended(entries)
    counts.refused += count(503, 507)
    counts.unknown += count(undefined)
    const found = findViolations(entries)
    violations.push(...found)
    if (found.length > 0) writeFileSync(join(folder, `round-${round}.json`), JSON.stringify(entries, undefined, 1))
    if (round % 50 === 0) log(`${round} rounds, ${counts.requests} requests, ${violations.length} violations`)
    return { answers: entries.length - count(503, 507, undefined), millis }
  }

  /** Answers a second. */
  const playMany = async (count: number): Promise<number> => {
    const sum = { answers: 0, millis: 0 }
    for (let n = 0; n < count && !isOver(violations); n += 1) {
      const { answers, millis } = await playOne()
      sum.answers += answers
      sum.millis += millis
    }
    return Math.round(sum.answers / Math.max(sum.millis, 1) * 1_000)
  }

  await playMany(warmUpRounds)
  let requestsPerSecond = await playMany(rounds)
  for (let left = tries - 1; left > 0 && requestsPerSecond < leastRequestsPerSecond && violations.length === 0; left -= 1) {
    log(`void: ${requestsPerSecond} requests a second`)
    requestsPerSecond = await playMany(rounds)
  }
  return { counts: { ...counts, requestsPerSecond, violations: violations.length }, violations }
}
