import type { Awaitable } from './store.js'

export function isPromise<T> (value: Awaitable<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function'
}

/** Goes on with a value at once when it is there, and after the promise when it is one. */
export function andThen<T, U> (value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return isPromise(value) ? value.then(next) : next(value)
}

/** All values, at once when every one is there. */
export function allOf<T> (values: ReadonlyArray<Awaitable<T>>): Awaitable<readonly T[]> {
  return values.some(isPromise) ? Promise.all(values) : values as readonly T[]
}
