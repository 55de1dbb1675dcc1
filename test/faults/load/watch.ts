import type { Agent } from 'node:http'
import { ViolationError } from '../fault.js'
import type { Place } from '../places.js'
import { checkHistory } from './history.js'
import type { Write } from './history.js'
import type { Look } from './look.js'
import { makeLooks } from './look.js'

interface Counted {
  lost: number
  twice: number
  violations: number
  'unanswered and made': number
}

/** Looks at a store after each cycle. */
export type Watch = (port: number, writes: readonly Write[], cycle: number) => Promise<void>

/**
 * Compares what is there with what was there the last time and what clients were told since, and counts what is wrong.
 * `name` says where a violation was found and how it is seen again.
 */
export function makeWatch (agent: Agent, place: Place, figures: Counted, name: (cycle: number) => string): Watch {
  const look = makeLooks(agent, 'local')
  let before: Look = { states: new Map(), entries: new Map() }
  return async (port, writes, cycle) => {
    const after = await look(port)
    const { lost, twice, violations } = checkHistory({ before: before.states, writes, entries: after.entries, after: after.states })
    violations.push(...await place.inspect())
    figures.lost += lost.length
    figures.twice += twice.length
    figures.violations += violations.length
    if (lost.length + twice.length + violations.length > 0) {
      throw new ViolationError([name(cycle), ...lost.map((what) => `lost: ${what}`), ...twice.map((what) => `twice: ${what}`), ...violations].join('\n'), { ...figures })
    }
    const seen = new Set([...after.states.values()].flatMap(({ members }) => [...members]))
    figures['unanswered and made'] += writes.filter(({ fate, number }) => fate === 'unknown' && seen.has(number)).length
    before = after
  }
}
