import { Agent } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { clientErrors } from '../../errors.js'
import { makeChance } from '../support/chance.js'
import type { Chance } from '../support/chance.js'
import { compile } from '../support/compile.js'
import type { Ending } from '../support/keeper.js'
import { makeEnding } from './ending.js'
import type { FaultRun, Figures } from './fault.js'
import { ViolationError } from './fault.js'
import { owners, runClients, toUrl } from './load/clients.js'
import type { Write } from './load/history.js'
import { ask } from './load/http.js'
import type { Reply } from './load/http.js'
import { makeWatch } from './load/watch.js'
import type { Place } from './places.js'
import { spawnServer } from './programs/servers.js'

/** Acknowledged writes before an outage, and after the return. */
const leastWrites = 150

/** How long the service may take to come back once the database is back. Milliseconds. */
const recoveryMillis = 1_000

/** More than any load of the machine explains. Milliseconds. */
const patienceMillis = 60_000

/** On the clock of the writes. */
export interface Outage {
  /** Nothing could be stored from `from` to `to`; `undefined` where that is not known. */
  readonly gone?: { readonly from: number, readonly to: number }
  /** The database answers again. */
  readonly back: number
}

/** A database that goes away and comes back. */
export interface Unsteady {
  readonly place: Place
  /** Resolves once the database answered. */
  readonly ping: () => Promise<unknown>
  /** Has the database go away while others use it, and come back. `hasFailed` says whether they have noticed. */
  readonly strike: (hasFailed: () => boolean) => Promise<Outage>
  /** After each outage, with nobody using the database: what the next one needs. */
  readonly restore?: () => Promise<void>
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
 * Outages of a database while clients write: the server stays, refuses with 503 what it cannot store, answers 500 where
 * it cannot know, and is back soon after the database; what was acknowledged is there, once.
 */
export async function runOutages (name: string, { store, cycles, folder, seed, log }: FaultRun, start: (ending: Ending, chance: Chance) => Promise<Unsteady>): Promise<Figures> {
  const chance = makeChance(seed)
  const figures = { acknowledged: 0, lost: 0, twice: 0, violations: 0, 'answered 503': 0, 'answered 500': 0, 'unanswered and made': 0, 'slowest recovery, ms': 0 }
  const where = (cycle: number): string => `${name} on ${store}, cycle ${cycle}, --seed=${seed}`
  const ending = makeEnding()
  try {
    const { place, ping, strike, restore } = await start(ending, chance)
    const server = spawnServer(compile(join(folder, 'server'), 'test/faults/programs/server.ts', place.edits), place.setting)
    ending.teardown(server.kill)
    const agent = new Agent({ keepAlive: true })
    ending.teardown(() => agent.destroy())
    const port = await server.open()
    const verify = makeWatch(agent, place, figures, where)
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
        await until(() => made >= leastWrites, 'writes before the outage')
        await delay(chance.below(20))
        const { gone, back } = await strike(() => failures.length > 0)
        const asked = performance.now()
        await ping()
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
      if (wrong.length > 0) throw new ViolationError([where(cycle), ...wrong].join('\n'), figures)
      await verify(port, writes, cycle)
      await restore?.()
      if (cycle % 20 === 0) log(`${cycle} outages, ${figures.acknowledged} writes acknowledged`)
    }
  } finally {
    await ending.end()
  }
  return figures
}
