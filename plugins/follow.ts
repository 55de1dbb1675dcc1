import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Channel } from 'node:diagnostics_channel'
import { channels } from '../channels.js'
import type { StoreCall } from '../channels.js'

/** Subscribes to a channel until the function it gives back is called. */
export function follow<M> ({ name }: Channel<unknown, M>, onMessage: (message: M) => void): () => void {
  const listener = (message: unknown): void => { onMessage(message as M) }
  subscribe(name, listener)
  return () => { unsubscribe(name, listener) }
}

/**
 * Follows calls of stores until the function it gives back is called. `begin` is asked when a call starts, and says
 * what to do when it is over; `undefined` for a call that is nobody's business.
 */
export function followStoreCalls (begin: (call: StoreCall) => (() => void) | undefined): () => void {
  const open = new WeakMap<StoreCall, () => void>()
  const finish = (call: StoreCall): void => { open.get(call)?.() }
  const endings = [
    follow(channels.store.start, (call) => {
      const end = begin(call)
      if (end !== undefined) open.set(call, end)
    }),
    follow(channels.store.end, (call) => {
      // without either the answer is still to come
      if ('result' in call || 'error' in call) finish(call)
    }),
    follow(channels.store.asyncEnd, finish)
  ]
  return () => { for (const end of endings) end() }
}
