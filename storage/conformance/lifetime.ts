import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { everything } from '../query/tree.js'
import type { OperationStore } from '../store.js'
import type { Cases } from './case.js'
import { here, insert, insertAll, otherOwner, toRecord } from './case.js'
import { call, label } from './expressions.js'

const patienceMillis = 20_000

/** Calls of every kind at once, and what becomes of them while the store is closed behind them. */
export async function closeInFlight (store: OperationStore): Promise<{ commits: ReadonlyArray<{ readonly id: string, readonly isAcknowledged: boolean }> }> {
  await insertAll(store, here, ...Array.from({ length: 50 }, (_, n) => toRecord(`there-${n}`, n, { label: `${n}` })))
  const ids = Array.from({ length: 20 }, (_, n) => `late-${n}`)
  const called = ids.map(async (id) => await store.commit(here, [insert(toRecord(id))]))
  const read = [0, 1, 2, 3].flatMap((n): Array<Promise<unknown>> => [
    (async () => (await store.find({ ...here, id: `there-${n}` }))?.id === `there-${n}`)(),
    (async () => (await store.list(otherOwner, everything, { limit: 100, skip: 0 })).length === 0)(),
    (async () => await store.count(here, call('startswith', label, '4')) === 11)(),
    (async () => { const page = await store.changes(here, undefined, 10); return !page.expired && page.changes.length === 10 })()
  ])
  const closing = Promise.all([(async () => await store.close())(), (async () => await store.close())()])
  const patience = new AbortController()
  const late = delay(patienceMillis, undefined, { signal: patience.signal }).catch(() => undefined)
  const settled = await Promise.race([Promise.all([Promise.allSettled(called), Promise.allSettled(read), closing]), late])
  patience.abort()
  assert.ok(settled, 'what is in flight settles when the store is closed')
  const [commits, reads] = settled
  for (const outcome of reads) assert.ok(outcome.status === 'rejected' || outcome.value === true, 'a read is answered rightly or not at all')
  return { commits: commits.map((outcome, index) => ({ id: ids[index]!, isAcknowledged: outcome.status === 'fulfilled' && outcome.value.committed })) }
}

/** Versions, the secret, and the end. */
export const lifetimeCases: Cases = {
  'versions: never the same twice, not after removal either': async (store) => {
    const seen = new Set<string>()
    for (let n = 0; n < 10; n += 1) {
      const [made] = await insertAll(store, here, toRecord('a'))
      const outcome = await store.commit(here, [{ kind: 'replace', record: toRecord('a', 0, { n }), expectedVersion: made!.version }])
      assert.ok(outcome.committed, 'committed')
      seen.add(made!.version).add(outcome.records[0]!.version)
      await store.commit(here, [{ kind: 'remove', id: 'a', expectedVersion: outcome.records[0]!.version }])
    }
    assert.equal(seen.size, 20)
    for (const version of seen) assert.match(version, /^[A-Za-z0-9_.-]{1,64}$/)
  },

  'secret: text of at least 32 characters, the same all the time, another one for another store': async (store, { makeStore }) => {
    const { secret } = store
    assert.equal(typeof secret, 'string')
    assert.equal(secret.length >= 32, true)
    await insertAll(store, here, toRecord('a'))
    assert.equal(store.secret, secret)
    assert.notEqual((await makeStore()).secret, secret)
  },

  'close: later calls fail, closing again does not': async (store) => {
    const pending = store.commit(here, [insert(toRecord('a'))])
    await store.close()
    assert.equal((await pending).committed, true)
    await assert.rejects(async () => await store.find({ ...here, id: 'a' }))
    await assert.rejects(async () => await store.list(here, everything, { limit: 1, skip: 0 }))
    await assert.rejects(async () => await store.count(here))
    await assert.rejects(async () => await store.commit(here, [insert(toRecord('b'))]))
    await assert.rejects(async () => await store.changes(here, undefined, 1))
    await store.close()
  },

  'close: what is in flight settles': async (store) => {
    await closeInFlight(store)
    await assert.rejects(async () => await store.commit(here, [insert(toRecord('after'))]))
    await assert.rejects(async () => await store.count(here))
  }
}
