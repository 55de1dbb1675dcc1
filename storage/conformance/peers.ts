import assert from 'node:assert/strict'
import { everything } from '../query/tree.js'
import type { Collection, OperationRecord, OperationStore } from '../store.js'
import type { Cases } from './case.js'
import { here, idsOf, insert, insertAll, otherOwner, otherTenant, readHistory, recordsOf, toRecord } from './case.js'
import { call, compare, label } from './expressions.js'
import { checkFollowing } from './history.js'
import { closeInFlight } from './lifetime.js'
import { checkCounters, checkRounds, checkTransfers } from './races.js'

/** What each kind of read says of one record, once another store has answered that it is written. */
async function checkVisible (reader: OperationStore, record: OperationRecord, count: number): Promise<void> {
  const { id, version } = record
  assert.deepEqual(await reader.find({ ...here, id }), record)
  assert.equal((await reader.list(here, everything, { limit: 100, skip: 0 })).find((one) => one.id === id)?.version, version)
  assert.deepEqual(await reader.list(here, { filter: compare(label, 'eq', record.value['label'] as string), orderBy: [] }, { limit: 100, skip: 0 }), [record])
  assert.deepEqual([await reader.count(here), await reader.count(here, call('contains', label, ''))], [count, count])
  assert.equal((await readHistory(reader, here, 100)).changes.at(-1)?.version, version)
}

/** Commits of one and of several changes by each store at the same time, of ids of their own, to an empty collection. */
async function checkFirst (stores: readonly OperationStore[], collection: Collection): Promise<void> {
  const made = await Promise.all(stores.flatMap((store, n) => [['a'], ['b'], ['c', 'd']].map(async (ids) => await insertAll(store, collection, ...ids.map((id) => toRecord(`${id}-${n}`))))))
  const { changes } = await readHistory(stores[0] as OperationStore, collection, 100)
  assert.deepEqual(changes.map(({ version }) => version).sort(), made.flat().map(({ version }) => version).sort(), 'the history')
}

/** Several stores over the same data, at once or one after the other: what a process leaves to others and to the next. */
export const peerCases: Cases = {
  'peers: what one acknowledged the other one reads': async (store, { makePeer }) => {
    const peer = await makePeer(store)
    const pairs = [[store, peer], [peer, store]] as const
    for (let n = 0; n < 10; n += 1) {
      const [writer, reader] = pairs[n % 2]!
      const id = `id-${n}`
      assert.equal(await reader.find({ ...here, id }), undefined)
      const [made] = await insertAll(writer, here, toRecord(id, n, { label: `${id} new` }))
      await checkVisible(reader, made!, n + 1)
      // what one has read the other one replaces, and back
      const [again] = recordsOf(await writer.commit(here, [{ kind: 'replace', record: toRecord(id, n, { label: `${id} again` }), expectedVersion: made!.version }]))
      await checkVisible(reader, again!, n + 1)
      const [replaced] = recordsOf(await reader.commit(here, [{ kind: 'replace', record: toRecord(id, n, { label: id }), expectedVersion: again!.version }]))
      await checkVisible(writer, replaced!, n + 1)
      assert.deepEqual(await writer.commit(here, [{ kind: 'remove', id, expectedVersion: made!.version }]), { committed: false, index: 0, reason: 'changed' })
      assert.deepEqual(await reader.commit(here, [insert(toRecord(id))]), { committed: false, index: 0, reason: 'exists' })
      await writer.commit(here, [insert(toRecord('passing'))])
      await reader.commit(here, [{ kind: 'remove', id: 'passing' }])
      assert.equal(await writer.find({ ...here, id: 'passing' }), undefined)
    }
    assert.deepEqual(await idsOf(peer, here), await idsOf(store, here))
    assert.deepEqual(await idsOf(peer, otherOwner), [])
  },

  'peers: the secret and the cursors are the same': async (store, { makeStore, makePeer }) => {
    const peer = await makePeer(store)
    assert.equal(peer.secret, store.secret)
    await insertAll(store, here, toRecord('a'), toRecord('b'))
    const first = await store.changes(here, undefined, 1)
    assert.ok(!first.expired, 'from the start')
    assert.deepEqual((await readHistory(peer, here, 10, first.cursor)).changes.map(({ id }) => id), ['b'])
    assert.deepEqual(await readHistory(peer, here, 10), await readHistory(store, here, 10))
    const stranger = await makePeer(await makeStore())
    await insertAll(stranger, here, toRecord('c'), toRecord('d'), toRecord('e'))
    assert.notEqual(stranger.secret, store.secret)
    assert.deepEqual(await stranger.changes(here, first.cursor, 10), { expired: true })
  },

  'peers: in every round one of many writers wins': async (store, { makePeer }) => {
    await checkRounds([store, await makePeer(store)], 6)
  },

  'peers: whoever tries again gets through, and nothing is counted twice': async (store, { makePeer }) => {
    await checkCounters([store, await makePeer(store)])
  },

  'peers: commits of several records that overlap are made one after the other': async (store, { makePeer }) => {
    await checkTransfers([store, await makePeer(store)])
  },

  'peers: the first commits of a collection are made once, whoever is first': async (store, { makePeer }) => {
    const stores = [store, await makePeer(store)]
    for (let round = 0; round < 8; round += 1) {
      await Promise.all(Array.from({ length: 4 }, async (_, n) => { await checkFirst(stores, { ...here, owner: `calls/first-${round}-${n}` }) }))
    }
  },

  'peers: no change is missed while both write': async (store, { makePeer }) => {
    const stores = [store, await makePeer(store)]
    await Promise.all([checkFollowing(stores, here, 1), checkFollowing(stores, otherTenant, 100)])
  },

  'peers: what was closed is there again': async (store, { makePeer }) => {
    const [a, b] = await insertAll(store, here, toRecord('a', 0, { n: 1 }), toRecord('b', 1), toRecord('c', 2))
    const [replaced] = recordsOf(await store.commit(here, [{ kind: 'replace', record: toRecord('a', 0, { n: 2 }), expectedVersion: a!.version }, { kind: 'remove', id: 'c' }]))
    const start = await store.changes(here, undefined, 2)
    assert.ok(!start.expired, 'from the start')
    const before = await readHistory(store, here, 2)
    const { secret } = store
    await store.close()

    let last = store
    const versions = new Set(before.changes.map(({ version }) => version))
    for (let n = 1; n <= 3; n += 1) {
      const next = await makePeer(last)
      assert.equal(next.secret, secret)
      assert.deepEqual(await next.find({ ...here, id: 'a' }), replaced)
      assert.deepEqual((await next.list(here, everything, { limit: 100, skip: 0 })).slice(0, 2), [replaced, b])
      assert.deepEqual((await readHistory(next, here, 3)).changes.slice(0, 5), before.changes, 'the history')
      assert.deepEqual((await readHistory(next, here, 3, start.cursor)).changes.slice(0, 3), before.changes.slice(2), 'a cursor from before')
      // what is made from here on comes after, and under versions that never were
      assert.deepEqual(await next.commit(here, [{ kind: 'remove', id: 'b', expectedVersion: a!.version }]), { committed: false, index: 0, reason: 'changed' })
      const [made] = await insertAll(next, here, toRecord('c', 2))
      await next.commit(here, [{ kind: 'remove', id: 'c' }])
      const { changes } = await readHistory(next, here, 3, before.cursor)
      assert.deepEqual(changes.map(({ kind, id }) => `${kind} ${id}`), Array.from({ length: n }, () => ['inserted c', 'removed c']).flat())
      assert.equal(changes.at(-2)?.version, made!.version)
      for (const { version } of changes.slice(-2)) versions.add(version)
      assert.equal(versions.size, 5 + 2 * n, 'no version comes back')
      await next.close()
      last = next
    }
  },

  'peers: what was acknowledged while the store was closed is there again': async (store, { makePeer }) => {
    const { commits } = await closeInFlight(store)
    const found = new Set(await idsOf(await makePeer(store), here))
    for (const { id, isAcknowledged } of commits) assert.equal(isAcknowledged && !found.has(id), false, id)
  },

  'peers: one that is closed leaves the other one as it is': async (store, { makePeer }) => {
    const peer = await makePeer(store)
    await insertAll(store, here, toRecord('a'))
    await store.close()
    await insertAll(peer, here, toRecord('b'))
    assert.deepEqual(await idsOf(peer, here), ['a', 'b'])
    assert.equal((await readHistory(peer, here, 10)).changes.length, 2)
  }
}
