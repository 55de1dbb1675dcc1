import { isPromise } from '../storage/awaitable.js'
import type { Awaitable } from '../storage/store.js'

/**
 * Writers of one key take turns, so that many of them cost one commit each instead of racing each other.
 * A job whose turn it is runs at once.
 */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  take<T> (key: string, job: () => Awaitable<T>): Awaitable<T> {
    const before = this.#last.size === 0 ? undefined : this.#last.get(key)
    if (before === undefined) {
      const result = job()
      return isPromise(result) ? this.#queue(key, result) : result
    }
    return this.#queue(key, before.then(job, job))
  }

  /** The turns of several keys at once, taken in one order by everybody, so that no two wait for each other. */
  takeAll<T> (keys: readonly string[], job: () => Awaitable<T>): Awaitable<T> {
    if (keys.length === 1) return this.take(keys[0] as string, job)
    return [...new Set(keys)].sort().reduceRight((inner, key) => () => this.take(key, inner), job)()
  }

  #queue<T> (key: string, turn: Promise<T>): Promise<T> {
    this.#last.set(key, turn)
    const leave = (): void => { if (this.#last.get(key) === turn) this.#last.delete(key) }
    turn.then(leave, leave)
    return turn
  }
}
