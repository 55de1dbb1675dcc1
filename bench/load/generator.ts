import type { Outcome, Shot } from './connections.js'
import { Connection } from './connections.js'

/*
 * A process that loads a server and prints what came of it as JSON; its one argument is a Load as JSON. Closed: so
 * many clients that each wait for their answer. Open: requests arrive at a rate of their own, whatever the server
 * does; one that finds no connection and may open none is lost, as it would be at a full backlog.
 */
export interface Load {
  readonly port: number
  readonly token: string
  /** Path of the collection whose operations `op-0` to `op-999` are patched. */
  readonly path: string
  readonly connections: number
  /** Requests in a second; 0 for closed. */
  readonly rate: number
  readonly warmupSeconds: number
  readonly seconds: number
  /** An answer after this is no use to anybody. */
  readonly deadlineMillis: number
}

export interface LoadResult {
  readonly offered: number
  readonly good: number
  readonly late: number
  readonly lost: number
  readonly wrong: number
  readonly statuses: Readonly<Record<string, number>>
  readonly p50: number
  readonly p99: number
}

function makeShot ({ token, path }: Load): () => Shot {
  return () => {
    const id = `op-${Math.floor(Math.random() * 1_000)}`
    const context = `at ${Math.random()}`
    const body = JSON.stringify({ status: 'Running', clientContext: context })
    return {
      text: `PATCH ${path}/${id} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      status: 200,
      isRight: (answer) => answer.includes(`"clientContext":"${context}"`)
    }
  }
}

export async function run (load: Load): Promise<LoadResult> {
  const { port, connections, rate, warmupSeconds, seconds, deadlineMillis } = load
  const nextShot = makeShot(load)
  const idle: Connection[] = []
  const all: Connection[] = []
  const latencies: number[] = []
  const statuses: Record<string, number> = {}
  let [offered, good, late, lost, wrong] = [0, 0, 0, 0, 0]
  let isCounting = false
  let isOver = false

  const count = ({ status, isRight, millis }: Outcome): void => {
    if (!isCounting) return
    statuses[status] = (statuses[status] ?? 0) + 1
    if (status === 200 && !isRight) wrong += 1
    else if (isRight && millis > deadlineMillis) late += 1
    else if (isRight) {
      good += 1
      latencies.push(millis)
    }
  }

  const take = (): Connection | undefined => {
    const free = idle.pop()
    if (free !== undefined || all.length === connections) return free
    const opened = new Connection(port)
    all.push(opened)
    return opened
  }

  const arrive = (): void => {
    if (isCounting) offered += 1
    const connection = take()
    if (connection === undefined) {
      if (isCounting) lost += 1
      return
    }
    connection.send(nextShot(), (outcome) => {
      count(outcome)
      idle.push(connection)
      // in the next turn, so that a connection that fails at once does not recurse
      if (rate === 0 && !isOver) setImmediate(arrive)
    })
  }

  const begin = performance.now()
  let arrived = 0
  const timer = rate === 0
    ? undefined
    : setInterval(() => {
      for (const due = (performance.now() - begin) / 1_000 * rate; arrived < due; arrived += 1) arrive()
    }, 2)
  if (rate === 0) for (let client = 0; client < connections; client += 1) arrive()
  await new Promise((resolve) => setTimeout(resolve, warmupSeconds * 1_000))
  isCounting = true
  const from = performance.now()
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  isCounting = false
  isOver = true
  const elapsed = (performance.now() - from) / 1_000
  clearInterval(timer)
  for (const connection of all) connection.close()
  latencies.sort((a, b) => a - b)
  const at = (part: number): number => latencies[Math.floor(latencies.length * part)] ?? Number.NaN
  return { offered: offered / elapsed, good: good / elapsed, late: late / elapsed, lost: lost / elapsed, wrong, statuses, p50: at(0.5), p99: at(0.99) }
}

const [given] = process.argv.slice(2)
if (given !== undefined) process.stdout.write(JSON.stringify(await run(JSON.parse(given) as Load)))
