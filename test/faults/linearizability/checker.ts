import type { Entry } from './history.js'
import { toLine } from './history.js'
import type { State } from './model.js'
import { apply, applyUnknown } from './model.js'

/** What a search found out about the history of one key. */
export interface Verdict {
  readonly isLinearizable: boolean
  /** The longest order that was found; all requests that were answered if the history is linearizable. */
  readonly order: readonly Entry[]
  /** What could not come next, and one of which had to. */
  readonly stuck: readonly Entry[]
  /** How many configurations were looked at. */
  readonly configurations: number
}

/** Configurations of one key: histories of the clients here take some hundreds, and a hundredth part of them unknown some thousands. */
const defaultLimit = 200_000

/**
 * Looks for an order of the requests to one key that a sequential operation would have answered in the same
 * way, and in which every request comes after those that were answered before it was made. A request without
 * an answer may come anywhere after it was made, or nowhere.
 *
 * A request that an operation answers so without being changed is taken at once and for good: in any order that
 * has it later it can be moved here. Configurations (what was taken, and the state it led to) are looked at once.
 * @see Wing and Gong, Testing and verifying concurrent objects (1993); Lowe, Testing for linearizability (2017);
 * Horn and Kroening, Faster linearizability checking via P-compositionality (2015)
 */
class Search {
  readonly #entries: readonly Entry[]
  readonly #taken: Uint8Array
  /** How many of the taken entries show a tag. */
  readonly #used = new Map<string, number>()
  readonly #order: number[] = []
  readonly #seen = new Set<string>()
  readonly #texts = new Map<string, number>()
  /** The first entry that is not taken. */
  #first = 0
  readonly #limit: number
  #answersLeft: number
  #configurations = 0
  #longest: readonly number[] = []
  #stuck: readonly number[] = []

  constructor (entries: readonly Entry[], limit: number) {
    this.#limit = limit
    this.#entries = [...entries].sort((a, b) => a.invoked - b.invoked)
    this.#taken = new Uint8Array(this.#entries.length)
    this.#answersLeft = this.#entries.filter(({ answer }) => answer !== undefined).length
  }

  run (): Verdict {
    const isLinearizable = this.#extend(undefined)
    const toEntries = (indexes: readonly number[]): Entry[] => indexes.map((index) => this.#entries[index] as Entry)
    return { isLinearizable, order: toEntries(this.#longest), stuck: isLinearizable ? [] : toEntries(this.#stuck), configurations: this.#configurations }
  }

  readonly #isUsed = (etag: string): boolean => (this.#used.get(etag) ?? 0) > 0

  /** The entries that may come next: those not taken that were made before any other of them was answered. */
  #findNext (): number[] {
    const next: number[] = []
    let answered = Number.POSITIVE_INFINITY
    for (let index = this.#first; index < this.#entries.length; index += 1) {
      if (this.#taken[index] === 1) continue
      const entry = this.#entries[index] as Entry
      if (entry.invoked > answered) break
      next.push(index)
      answered = Math.min(answered, entry.answered)
    }
    // what was answered is the likelier one
    const isAnswered = (index: number): boolean => this.#entries[index]?.answer !== undefined
    return [...next.filter(isAnswered), ...next.filter((index) => !isAnswered(index))]
  }

  #count (index: number, difference: 1 | -1): void {
    const { answer } = this.#entries[index] as Entry
    if (answer === undefined) return
    this.#answersLeft -= difference
    if (answer.etag !== undefined) this.#used.set(answer.etag, (this.#used.get(answer.etag) ?? 0) + difference)
  }

  #take (index: number): void {
    this.#taken[index] = 1
    this.#order.push(index)
    this.#count(index, 1)
    while (this.#taken[this.#first] === 1) this.#first += 1
  }

  #putBack (): void {
    const index = this.#order.pop() as number
    this.#taken[index] = 0
    this.#count(index, -1)
    this.#first = Math.min(this.#first, index)
  }

  #applyEntry (state: State, index: number): State | 'refused' {
    const { request, answer } = this.#entries[index] as Entry
    return answer === undefined ? applyUnknown(state, request) : apply(state, request, answer, this.#isUsed)
  }

  /** Takes what leaves the state as it is, until nothing more does. */
  #takeReads (state: State): number {
    let count = 0
    for (;;) {
      const read = this.#findNext().find((index) => this.#entries[index]?.answer !== undefined && this.#applyEntry(state, index) === state)
      if (read === undefined) return count
      this.#take(read)
      count += 1
    }
  }

  /** Whether this configuration is new. */
  #remember (state: State): boolean {
    let taken = `${this.#first}:`
    let word = 0
    for (let index = this.#first, bit = 0; index < this.#entries.length; index += 1) {
      word |= (this.#taken[index] as number) << bit
      bit = (bit + 1) % 16
      if (bit > 0) continue
      taken += String.fromCharCode(word)
      word = 0
    }
    const text = state === undefined ? '' : `${state.etag} ${state.text}`
    const known = this.#texts.get(text) ?? this.#texts.size
    this.#texts.set(text, known)
    const configuration = `${known} ${taken}${String.fromCharCode(word)}`
    if (this.#seen.has(configuration)) return false
    this.#seen.add(configuration)
    this.#configurations += 1
    if (this.#configurations > this.#limit) throw new Error(`an order of ${this.#entries.length} requests to one key was neither found nor excluded in ${this.#limit} configurations`)
    return true
  }

  #extend (state: State): boolean {
    const reads = this.#takeReads(state)
    if (this.#order.length > this.#longest.length || this.#answersLeft === 0) {
      this.#longest = [...this.#order]
      this.#stuck = this.#findNext().filter((index) => this.#entries[index]?.answer !== undefined)
    }
    if (this.#answersLeft === 0) return true
    if (this.#remember(state)) {
      for (const index of this.#findNext()) {
        const next = this.#applyEntry(state, index)
        if (next === 'refused' || next === state) continue
        this.#take(index)
        if (this.#extend(next)) return true
        this.#putBack()
      }
    }
    for (let count = 0; count < reads; count += 1) this.#putBack()
    return false
  }
}

/** Checks the history of one key. @throws Error when that takes more than `limit` configurations */
export function checkKey (entries: readonly Entry[], limit = defaultLimit): Verdict {
  return new Search(entries, limit).run()
}

/**
 * What is wrong with a history, by key: a history is linearizable when that of each key is.
 * @throws Error when a key takes too long
 */
export function findViolations (entries: readonly Entry[]): string[] {
  const keys = new Map<string, Entry[]>()
  for (const entry of entries) {
    const known = keys.get(entry.key)
    if (known === undefined) keys.set(entry.key, [entry])
    else known.push(entry)
  }
  const violations: string[] = []
  for (const [key, own] of keys) {
    const { isLinearizable, order, stuck } = checkKey(own)
    if (isLinearizable) continue
    violations.push([
      `the ${own.length} requests to ${key} have no order; the longest one found ends with`, ...order.slice(-8).map((entry) => `  ${toLine(entry)}`),
      'and none of these can come next', ...stuck.map((entry) => `  ${toLine(entry)}`)
    ].join('\n'))
  }
  return violations
}
