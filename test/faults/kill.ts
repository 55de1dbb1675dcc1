import { Agent } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeChance } from '../support/chance.js'
import { makeEnding } from './ending.js'
import type { Fault } from './fault.js'
import type { Load } from './load/clients.js'
import { runClients } from './load/clients.js'
import type { Write } from './load/history.js'
import type { Reply } from './load/http.js'
import { makeWatch } from './load/watch.js'
import { makePlace } from './places.js'
import { makeServers } from './programs/servers.js'
import type { ServerProcess } from './programs/servers.js'

/** Acknowledged writes before a server is killed: at least, and how many more. */
const leastWrites = 502
const moreWrites = 60

/**
 * kill -9 of a server while clients write, at any moment, now and then while it starts; then another one is
 * started and must have what was acknowledged, once, and of what was not answered all or nothing.
 */
export const kill: Fault = {
  name: 'kill',
  stores: ['sqlite', 'postgres'],
  quick: 20,
  long: 500,
  async run ({ store, cycles, folder, seed, log }) {
    const chance = makeChance(seed)
    const figures = { acknowledged: 0, lost: 0, twice: 0, violations: 0, unanswered: 0, 'unanswered and made': 0, 'killed while starting': 0 }
    const ending = makeEnding()

    /** Writes until enough are acknowledged, and perhaps a moment more; then the server is gone. */
    const writeAndKill = async (server: ServerProcess, load: Omit<Load, 'isOver' | 'onWrite'>): Promise<Write[]> => {
      const enough = leastWrites + chance.below(moreWrites)
      const moment = chance.oneIn(2) ? chance.below(20) : 0
      const writes: Write[] = []
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
      await runClients({ ...load, isOver: () => isDead, onWrite })
      await killed
      figures.acknowledged += made
      return writes
    }
    try {
      const place = await makePlace(store, folder, ending)
      const servers = makeServers(join(folder, 'server'), place.setting, place.edits)
      ending.teardown(servers.killAll)
      const agent = new Agent({ keepAlive: true })
      ending.teardown(() => agent.destroy())
      const verify = makeWatch(agent, place, figures, (cycle) => `kill on ${store}, cycle ${cycle}, --seed=${seed}`)
      let number = 0
      let writes: Write[] = []
      let settled = await place.settle()
      for (let cycle = 0; cycle <= cycles; cycle += 1) {
        if (cycle > 0 && chance.oneIn(8)) {
          const unlucky = servers.next()
          await unlucky.beginToOpen()
          await delay(chance.below(400))
          await unlucky.kill()
          figures['killed while starting'] += 1
        }
        const server = servers.next()
        const port = await server.open()
        await settled()
        await verify(port, writes, cycle)
        if (cycle === cycles) break
        writes = await writeAndKill(server, { agent, port, chance, next: () => number++ })
        settled = await place.settle()
        if (cycle % 50 === 49) log(`${cycle + 1} cycles, ${figures.acknowledged} writes acknowledged`)
      }
    } finally {
      await ending.end()
    }
    return figures
  }
}
