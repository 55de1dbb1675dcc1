import type { Connection, Outcome, Shot } from './connections.js'

export interface JobResult {
  readonly requests: number
  readonly millis: number
  readonly wrong: number
  /** The first wrong answer, and what it answered. */
  readonly example: string | undefined
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** What a client asks, and what follows from a right answer. */
export interface Ask {
  readonly shot: Shot
  readonly onRight?: () => void
}

/** How many there are. */
export const clients = 64

/** The number of one of so many operations that only this client changes. */
export function pickOwn (client: number, operations: number): number {
  return client + clients * Math.floor(Math.random() * Math.floor((operations - client - 1) / clients + 1))
}

export async function shoot (connection: Connection, shot: Shot): Promise<Outcome> {
  return await new Promise((resolve) => { connection.send(shot, resolve) })
}

/** A request and its wrong answer, cut. */
export function toExample ({ text }: Shot, { answer }: Outcome): string {
  return `${text.slice(0, 300)}\n→ ${answer.slice(0, 600)}`
}

/** Each client waits for an answer before it asks again, until the time is over or nothing is left and all answers are there. */
export async function askInTurn (connections: readonly Connection[], next: (client: number) => Ask | undefined, seconds: number): Promise<JobResult> {
  const latencies: number[] = []
  let wrong = 0
  let example: string | undefined
  const begin = performance.now()
  const end = begin + seconds * 1_000
  await Promise.all(connections.map(async (connection, client) => await new Promise<void>((resolve) => {
    const ask = (): void => {
      const asked = performance.now() < end && wrong < 10 ? next(client) : undefined
      if (asked === undefined) {
        resolve()
        return
      }
      connection.send(asked.shot, (outcome) => {
        latencies.push(outcome.millis)
        if (outcome.isRight) asked.onRight?.()
        else {
          wrong += 1
          example ??= toExample(asked.shot, outcome)
        }
        // in the next turn, so that a connection that fails at once does not recurse
        setImmediate(ask)
      })
    }
    ask()
  })))
  const millis = performance.now() - begin
  latencies.sort((a, b) => a - b)
  const at = (part: number): number => latencies[Math.floor(latencies.length * part)] ?? Number.NaN
  return { requests: latencies.length, millis, wrong, example, p50: at(0.5), p99: at(0.99) }
}
