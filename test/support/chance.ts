/** Choices that a seed decides, so that what failed can be made again. */
export interface Chance {
  /** A whole number from 0 to below `end`. */
  readonly below: (end: number) => number
  /** True once in `times`. */
  readonly oneIn: (times: number) => boolean
  readonly pick: <T>(from: readonly T[]) => T
  readonly some: <T>(length: number, make: () => T) => T[]
}

/** @see https://github.com/bryc/code, PRNGs: mulberry32 is enough to choose test cases */
export function makeChance (seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number): number => Math.floor(next() * end)
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick: <T>(from: readonly T[]) => from[below(from.length)] as T,
    some: (length, make) => Array.from({ length }, make)
  }
}
