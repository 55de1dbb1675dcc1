import { Agent } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { clientErrors } from '../../errors.js'
import { makeChance } from '../support/chance.js'
import type { Chance } from '../support/chance.js'
import { startPostgres } from '../support/postgres.js'
import type { Postgres } from '../support/postgres.js'
import { makeEnding } from './ending.js'
import type { Fault } from './fault.js'
import { ViolationError } from './fault.js'
import { owners, runClients, toUrl } from './load/clients.js'
import type { Write } from './load/history.js'
import { ask } from './load/http.js'
import type { Reply } from './load/http.js'
import { makeWatch } from './load/watch.js'
import { onPostgres } from './places.js'
import { compile } from './programs/compile.js'
import type { Edit } from './programs/compile.js'
import { spawnServer } from './programs/servers.js'

/** Acknowledged writes before a crash, and after the return. */
const leastWrites = 150

/** What must be found out, by the name of the store: acknowledged is what the disk does not have yet. */
const edits: Readonly<Record<string, readonly Edit[]>> = {
  'postgres that does not wait for its disk': [{ file: 'storage/postgres/pool.ts', replace: "  if (synchronous !== 'off') return\n", by: "  if (synchronous !== 'off') return void await client.query('SET synchronous_commit = off')\n" }]
}

/** How long the service may take to come back once the database is back. Milliseconds. */
const recoveryMillis = 1_000

/** More than any load of the machine explains. Milliseconds. */
const patienceMillis = 60_000

/** On the clock of the writes. */
interface Outage {
  /** Nothing could be stored from `from` to `to`; `undefined` where that is not known. */
  readonly gone?: { readonly from: number, readonly to: number }
  /** The database answers again. */
  readonly back: number
}

/** `kill`: the server and all its processes at once. `immediate`: it stops and writes nothing more. `backend`: one of them dies, and the server starts all anew. */
const crashes = ['kill', 'immediate', 'backend'] as const

/** Crashes the database while others use it, and has it back. `hasFailed` says whether they have noticed. */
async function crash (kind: typeof crashes[number], postgres: Postgres, url: string, chance: Chance, hasFailed: () => boolean): Promise<Outage> {
  if (kind === 'backend') {
    const [victim] = await postgres.query("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1", [], url)
    process.kill(victim.pid as number, 'SIGKILL')
    while (!hasFailed()) await delay(5)
    while (await postgres.query('SELECT 1').then(() => false, () => true)) await delay(20)
    // when the server noticed is not known
    return { back: performance.now() }
  }
  await (kind === 'kill' ? postgres.kill() : postgres.stop('immediate'))
  const from = performance.now()
  await delay(chance.below(400))
  const to = performance.now()
  await postgres.start()
  return { gone: { from, to }, back: performance.now() }
}

async function until (holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + patienceMillis
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited ${patienceMillis / 1_000} s in vain: ${what}`)
    await delay(5)
  }
}

/** What an answer may be, whatever becomes of the database. */
function isAllowed ({ status, retryAfter, body }: Reply): boolean {
  if (status === 503) return /^\d+$/.test(retryAfter ?? '')
  return status < 500 || (status === 500 && body.error.message === clientErrors.outcomeUnknown.example)
}

/**
 * Crashes of PostgreSQL while clients write: the server stays, refuses with 503 what it cannot store, answers 500 where
 * it cannot know, and is back soon after the database; what was acknowledged is there, once.
 */
export const postgresCrash: Fault = {
  name: 'postgres-crash',
  stores: ['postgres'],
  quick: 9,
  long: 200,
  async run ({ store, cycles, folder, seed, log }) {
    const chance = makeChance(seed)
    const figures = { acknowledged: 0, lost: 0, twice: 0, violations: 0, 'answered 503': 0, 'answered 500': 0, 'unanswered and made': 0, 'slowest recovery, ms': 0 }
    const name = (cycle: number): string => `postgres-crash on ${store}, cycle ${cycle}, --seed=${seed}`
    const ending = makeEnding()
    try {
      const postgres = await startPostgres(ending)
      const place = await onPostgres(postgres)
      const server = spawnServer(compile(join(folder, 'server'), 'server', edits[store]), place.setting)
      ending.teardown(server.kill)
      const agent = new Agent({ keepAlive: true })
      ending.teardown(() => agent.destroy())
      const port = await server.open()
      const verify = makeWatch(agent, place, figures, name)
      let number = 0
      await verify(port, [], 0)
      for (let cycle = 1; cycle <= cycles; cycle += 1) {
        const writes: Write[] = []
        const failures: number[] = []
        const wrong: string[] = []
        let made = 0
        let isOver = false
        const onWrite = (write: Write, reply: Reply | undefined): void => {
          if (reply === undefined) throw new Error('the server broke a connection')
          writes.push(write)
          if (write.fate === 'made') made += 1
          if (reply.status === 503) figures['answered 503'] += 1
          if (reply.status === 500) figures['answered 500'] += 1
          if (reply.status >= 500) failures.push(write.began)
          if (!isAllowed(reply)) wrong.push(`write ${write.number} was answered ${reply.status}, Retry-After ${String(reply.retryAfter)}: ${JSON.stringify(reply.body)}`)
        }
        const read = async (): Promise<void> => {
          while (!isOver) {
            const reply = await ask(agent, port, 'GET', toUrl(owners[0]))
            if (reply.status !== 200 && (reply.status !== 503 || !isAllowed(reply))) wrong.push(`a reader was answered ${reply.status}, Retry-After ${String(reply.retryAfter)}: ${JSON.stringify(reply.body)}`)
            await delay(20)
          }
        }
        const load = runClients({ agent, port, chance, next: () => number++, isOver: () => isOver, onWrite })
        const story = async (): Promise<void> => {
          await until(() => made >= leastWrites, 'writes before the crash')
          await delay(chance.below(20))
          const { gone, back } = await crash(chance.pick(crashes), postgres, place.setting, chance, () => failures.length > 0)
          const asked = performance.now()
          await postgres.query('SELECT 1')
          // a machine with other things to do is slow in everything
          const limit = Math.max(recoveryMillis, 50 * (performance.now() - asked))
          const isBack = ({ fate, began }: Write): boolean => fate === 'made' && began > back
          await until(() => writes.some(isBack), 'the first write after the return')
          const recovered = Math.round((writes.find(isBack)?.ended ?? Infinity) - back)
          figures['slowest recovery, ms'] = Math.max(figures['slowest recovery, ms'], recovered)
          if (recovered > limit) wrong.push(`the first write after the return was acknowledged after ${recovered} ms`)
          const before = made
          await until(() => made >= before + leastWrites, 'writes after the return')
          wrong.push(...failures.filter((began) => began > back + limit).map((began) => `a write was refused ${Math.round(began - back)} ms after the return`))
          if (gone !== undefined) wrong.push(...writes.filter(({ fate, began, ended }) => fate === 'made' && began > gone.from && ended < gone.to).map((write) => `write ${write.number} was acknowledged while there was no database`))
        }
        await Promise.all([load, read(), story().finally(() => { isOver = true })])
        figures.acknowledged += made
        figures.violations += wrong.length
        if (wrong.length > 0) throw new ViolationError([name(cycle), ...wrong].join('\n'), figures)
        await verify(port, writes, cycle)
        if (cycle % 20 === 0) log(`${cycle} crashes, ${figures.acknowledged} writes acknowledged`)
      }
    } finally {
      await ending.end()
    }
    return figures
  }
}
