import { channels } from '../channels.js'
import type { StoreCall, StoreMethod } from '../channels.js'
import { isPromise } from './awaitable.js'
import type { Awaitable, Collection, OperationStore } from './store.js'

/** What is asked of a store between its opening and its end. */
export type StoreMethods = Pick<OperationStore, StoreMethod>

/** @see https://nodejs.org/api/diagnostics_channel.html#tracingchanneltracepromisefn-context-thisarg-args */
function trace<T> (call: StoreCall, run: () => Awaitable<T>): Awaitable<T> {
  const { start, end, asyncStart, asyncEnd, error } = channels.store
  const fail = (reason: unknown): void => {
    call.error = reason
    error.publish(call)
  }
  const settle = (): void => {
    asyncStart.publish(call)
    asyncEnd.publish(call)
  }
  return start.runStores(call, () => {
    let answer: Awaitable<T>
    try {
      answer = run()
    } catch (reason) {
      fail(reason)
      end.publish(call)
      throw reason
    }
    if (!isPromise(answer)) {
      call.result = answer
      end.publish(call)
      return answer
    }
    const told = answer.then((value) => {
      call.result = value
      settle()
      return value
    }, (reason: unknown) => {
      fail(reason)
      settle()
      throw reason
    })
    end.publish(call)
    return told
  })
}

/** A store whose calls are told to whoever watches; what is answered at once stays so. */
export function makeTraced (store: OperationStore): StoreMethods {
  const isWatched = (): boolean => channels.store.hasSubscribers
  const toCall = (method: StoreMethod, { tenant, owner }: Collection): StoreCall => ({ store, method, collection: { tenant, owner } })
  return {
    find: (key) => isWatched() ? trace(toCall('find', key), () => store.find(key)) : store.find(key),
    list: (collection, query, page) => isWatched() ? trace(toCall('list', collection), () => store.list(collection, query, page)) : store.list(collection, query, page),
    count: (collection, filter) => isWatched() ? trace(toCall('count', collection), () => store.count(collection, filter)) : store.count(collection, filter),
    commit: (collection, changes) => isWatched() ? trace(toCall('commit', collection), () => store.commit(collection, changes)) : store.commit(collection, changes),
    changes: (collection, cursor, limit) => isWatched() ? trace(toCall('changes', collection), () => store.changes(collection, cursor, limit)) : store.changes(collection, cursor, limit)
  }
}
