import type { Ending } from '../support/keeper.js'

/** The end of a run of a fault: what was begun last ends first. */
export interface RunEnding extends Ending {
  readonly end: () => Promise<void>
}

export function makeEnding (): RunEnding {
  const ends: Array<() => Promise<void> | void> = []
  return {
    teardown: (end) => ends.push(end),
    async end () {
      for (const end of ends.splice(0).reverse()) await end()
    }
  }
}
