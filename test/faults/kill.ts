import { Agent } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeChance } from '../support/chance.js'
import type { Fault, Figures } from './fault.js'
import { ViolationError } from './fault.js'
import { runClient } from './load/clients.js'
import type { Load } from './load/clients.js'
import type { Findings, Write } from './load/history.js'
import { checkHistory } from './load/history.js'
import type { Reply } from './load/http.js'
import type { Look } from './load/look.js'
import { makeLooks, toEpisode } from './load/look.js'
import type { Edit } from './programs/compile.js'
import { makeServers } from './programs/servers.js'
import type { ServerProcess } from './programs/servers.js'
import { inspectFile } from './sqlite-file.js'

/** Where the servers keep what they are told. */
interface Place {
  /** The STORE of the server. */
  readonly setting: string
  /** What is wrong with the store itself. */
  readonly inspect: () => Promise<string[]>
  readonly edits?: readonly Edit[]
}

const places: Readonly<Record<string, (folder: string) => Place>> = {
  sqlite (folder) {
    const file = join(folder, 'operations.db')
    return { setting: `sqlite:${file}`, inspect: async () => await inspectFile(file) }
  },
  // must fail: each transaction is committed when the next one begins, and acknowledged before
  'sqlite that commits late': (folder) => ({
    setting: `sqlite:${join(folder, 'operations.db')}`,
    inspect: async () => [],
    edits: [
      { file: 'storage/sqlite/index.ts', replace: "database.exec('BEGIN IMMEDIATE')", by: "database.exec(database.isTransaction ? 'COMMIT; BEGIN IMMEDIATE' : 'BEGIN IMMEDIATE')" },
      { file: 'storage/sqlite/index.ts', replace: "database.exec('COMMIT')", by: '' }
    ]
  })
}

const clients = 24

/** Acknowledged writes before a server is killed. */
const leastWrites = 502
const moreWrites = 60

/**
 * kill -9 of a server while clients write, at any moment, now and then while it starts; then another one is
 * started and must have what was acknowledged, once, and of what was not answered all or nothing.
 */
export const kill: Fault = {
  name: 'kill',
  stores: ['sqlite'],
  quick: 20,
  long: 500,
  async run ({ store, cycles, folder, seed, log }) {
    const chance = makeChance(seed)
    const place = places[store]?.(folder)
    if (place === undefined) throw new Error(`there is no store ${store}`)
    const figures = { acknowledged: 0, lost: 0, twice: 0, violations: 0, unanswered: 0, 'unanswered and made': 0, 'killed while starting': 0 }
    const agent = new Agent({ keepAlive: true })
    const servers = makeServers(join(folder, 'server'), place.setting, place.edits)
    const look = makeLooks(agent, 'local')
    let number = 0
    let port = 0
    let before: Look = { states: new Map(), entries: new Map() }
    let writes: Write[] = []

    const verify = async (cycle: number): Promise<void> => {
      const after = await look(port)
      const { lost, twice, violations }: Findings = checkHistory(toEpisode(before, writes, after))
      violations.push(...await place.inspect())
      figures.lost += lost.length
      figures.twice += twice.length
      figures.violations += violations.length
      if (lost.length + twice.length + violations.length > 0) {
        throw new ViolationError([`kill on ${store}, cycle ${cycle}, --seed=${seed}`, ...lost.map((what) => `lost: ${what}`), ...twice.map((what) => `twice: ${what}`), ...violations].join('\n'), figures)
      }
      const seen = new Set([...after.states.values()].flatMap(({ members }) => [...members]))
      figures['unanswered and made'] += writes.filter(({ fate, number }) => fate === 'unknown' && seen.has(number)).length
      before = after
      writes = []
    }

    /** Writes until enough are acknowledged, and perhaps a moment more; then the server is gone. */
    const writeAndKill = async (server: ServerProcess): Promise<void> => {
      const enough = leastWrites + chance.below(moreWrites)
      const moment = chance.oneIn(2) ? chance.below(20) : 0
      let made = 0
      let isDead = false
      let killed: Promise<void> | undefined
      const strike = async (): Promise<void> => {
        if (moment > 0) await delay(moment)
        isDead = true
        await server.kill()
      }
      const onWrite = (write: Write, reply: Reply | undefined): void => {
        writes.push(write)
        if (write.fate === 'made') made += 1
        if (write.fate === 'unknown') figures.unanswered += 1
        if (reply === undefined && !isDead) throw new Error('a connection broke before the server was killed')
        if (reply !== undefined && reply.status >= 500) throw new Error(`write ${write.number} was answered ${reply.status}: ${JSON.stringify(reply.body)}`)
        if (made >= enough) killed ??= strike()
      }
      const load: Load = { agent, port: () => port, chance, next: () => number++, isOver: () => isDead, onWrite }
      await Promise.all(Array.from({ length: clients }, async () => await runClient(load)))
      await killed
      figures.acknowledged += made
    }

    try {
      for (let cycle = 0; cycle <= cycles; cycle += 1) {
        if (cycle > 0 && chance.oneIn(8)) {
          const unlucky = servers.next()
          await unlucky.beginToOpen()
          await delay(chance.below(400))
          await unlucky.kill()
          figures['killed while starting'] += 1
        }
        const server = servers.next()
        port = await server.open()
        await verify(cycle)
        if (cycle < cycles) await writeAndKill(server)
        if (cycle % 50 === 49) log(`${cycle + 1} cycles, ${figures.acknowledged} writes acknowledged`)
      }
    } finally {
      agent.destroy()
      await servers.killAll()
    }
    return figures satisfies Figures
  }
}
