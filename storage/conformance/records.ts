import assert from 'node:assert/strict'
import { everything } from '../query/tree.js'
import type { Change } from '../store.js'
import type { Cases } from './case.js'
import { here, idsOf, insert, insertAll, otherOwner, otherTenant, readHistory, toRecord } from './case.js'

/** Reads, writes and their conflicts, versions, what belongs to whom, and the end. */
export const recordCases: Cases = {
  'find: what was inserted, and nothing else': async (store) => {
    const [stored] = await insertAll(store, here, toRecord('a', 1, { status: 'Running', text: 'Ünïcödé 😀 \u2028' }))
    assert.ok(stored, 'stored')
    assert.deepEqual(await store.find({ ...here, id: 'a' }), stored)
    assert.equal(stored.text, toRecord('a', 1, { status: 'Running', text: 'Ünïcödé 😀 \u2028' }).text)
    assert.equal(stored.created, '2016-12-31T23:57:01.8757278Z')
    assert.equal(stored.type, 'microsoft.graph.onenoteOperation')
    assert.equal(await store.find({ ...here, id: 'A' }), undefined)
    assert.equal(await store.find({ ...here, id: 'b' }), undefined)
  },

  'find: the value is the text parsed, and frozen in depth': async (store) => {
    await insertAll(store, here, toRecord('a', 0, { error: { code: '1' }, list: [{ n: 1 }] }))
    const found = await store.find({ ...here, id: 'a' })
    assert.deepEqual(found?.value, JSON.parse(found?.text ?? ''))
    assert.equal(Object.isFrozen(found?.value), true)
    assert.equal(Object.isFrozen(found?.value['error']), true)
    assert.equal(Object.isFrozen((found?.value['list'] as unknown[])[0]), true)
  },

  'list: by creation, then id, in pages': async (store) => {
    await insertAll(store, here, toRecord('c', 2), toRecord('b', 1), toRecord('a', 2), toRecord('B', 2), toRecord('d', 0))
    assert.deepEqual(await idsOf(store, here), ['d', 'b', 'B', 'a', 'c'])
    assert.deepEqual(await idsOf(store, here, 2), ['d', 'b'])
    assert.deepEqual(await idsOf(store, here, 2, 3), ['a', 'c'])
    assert.deepEqual(await idsOf(store, here, 2, 5), [])
    await store.commit(here, [{ kind: 'remove', id: 'b' }, insert(toRecord('e', 1))])
    assert.deepEqual(await idsOf(store, here), ['d', 'e', 'B', 'a', 'c'])
  },

  'count: the records of the collection': async (store) => {
    assert.equal(await store.count(here), 0)
    await insertAll(store, here, toRecord('a'), toRecord('b'))
    await insertAll(store, otherOwner, toRecord('a'))
    assert.equal(await store.count(here), 2)
    await store.commit(here, [{ kind: 'remove', id: 'a' }])
    assert.equal(await store.count(here), 1)
  },

  'insert: an id that is taken is a conflict': async (store) => {
    await insertAll(store, here, toRecord('a', 1))
    assert.deepEqual(await store.commit(here, [insert(toRecord('a', 2))]), { committed: false, index: 0, reason: 'exists' })
    assert.equal((await store.find({ ...here, id: 'a' }))?.created, toRecord('a', 1).created)
  },

  'replace: only the expected version': async (store) => {
    const [first] = await insertAll(store, here, toRecord('a'))
    const change = { kind: 'replace', record: toRecord('a', 0, { n: 1 }), expectedVersion: first!.version } as const
    const outcome = await store.commit(here, [change])
    assert.ok(outcome.committed, 'committed')
    const second = outcome.records[0]
    assert.notEqual(second?.version, first!.version)
    assert.deepEqual(await store.find({ ...here, id: 'a' }), second)
    assert.deepEqual(await store.commit(here, [change]), { committed: false, index: 0, reason: 'changed' })
    assert.deepEqual(await store.commit(here, [{ ...change, record: toRecord('b') }]), { committed: false, index: 0, reason: 'missing' })
    assert.deepEqual(await store.find({ ...here, id: 'a' }), second)
  },

  'remove: with and without an expected version': async (store) => {
    const [a, b] = await insertAll(store, here, toRecord('a'), toRecord('b'))
    assert.deepEqual(await store.commit(here, [{ kind: 'remove', id: 'a', expectedVersion: b!.version }]), { committed: false, index: 0, reason: 'changed' })
    assert.deepEqual(await store.commit(here, [{ kind: 'remove', id: 'a', expectedVersion: a!.version }]), { committed: true, records: [undefined] })
    assert.deepEqual(await store.commit(here, [{ kind: 'remove', id: 'a' }]), { committed: false, index: 0, reason: 'missing' })
    assert.deepEqual(await store.commit(here, [{ kind: 'remove', id: 'b' }]), { committed: true, records: [undefined] })
    assert.equal(await store.count(here), 0)
  },

  'commit: all changes or none': async (store) => {
    const [a] = await insertAll(store, here, toRecord('a'), toRecord('taken'))
    const before = await readHistory(store, here, 100)
    const changes: Change[] = [
      insert(toRecord('new')),
      { kind: 'replace', record: toRecord('a', 0, { n: 1 }), expectedVersion: a!.version },
      { kind: 'remove', id: 'taken' },
      insert(toRecord('taken')),
      insert(toRecord('new'))
    ]
    assert.deepEqual(await store.commit(here, changes), { committed: false, index: 4, reason: 'exists' })
    assert.deepEqual(await idsOf(store, here), ['a', 'taken'])
    assert.equal((await store.find({ ...here, id: 'a' }))?.version, a!.version)
    assert.deepEqual((await readHistory(store, here, 100)).changes, before.changes)
    const outcome = await store.commit(here, changes.slice(0, 4))
    assert.ok(outcome.committed, 'committed')
    assert.deepEqual(outcome.records.map((record) => record?.id), ['new', 'a', undefined, 'taken'])
    assert.deepEqual(await idsOf(store, here), ['a', 'new', 'taken'])
  },

  'commit: a change meets what the changes before it left behind': async (store) => {
    assert.equal((await store.commit(here, [insert(toRecord('a')), { kind: 'remove', id: 'a' }])).committed, true)
    assert.equal(await store.count(here), 0)
    assert.deepEqual(await store.commit(here, [insert(toRecord('a')), { kind: 'replace', record: toRecord('a'), expectedVersion: 'x' }]), { committed: false, index: 1, reason: 'changed' })
    assert.equal(await store.count(here), 0)
  },

  'commit: of many writers that expect one version, one wins': async (store) => {
    const [first] = await insertAll(store, here, toRecord('a'))
    const outcomes = await Promise.all(Array.from({ length: 32 }, async (_, n) =>
      await store.commit(here, [{ kind: 'replace', record: toRecord('a', 0, { n }), expectedVersion: first!.version }])))
    assert.equal(outcomes.filter(({ committed }) => committed).length, 1)
    const winner = outcomes.findIndex(({ committed }) => committed)
    assert.equal((await store.find({ ...here, id: 'a' }))?.value['n'], winner)
  },

  'commit: one that fails does not fail those beside it': async (store) => {
    await insertAll(store, here, toRecord('taken'))
    const ids = ['a', 'taken', 'b', 'taken', 'c']
    const outcomes = await Promise.all(ids.map(async (id) => await store.commit(here, [insert(toRecord(id))])))
    assert.deepEqual(outcomes.map(({ committed }) => committed), [true, false, true, false, true])
    assert.deepEqual(await idsOf(store, here), ['a', 'b', 'c', 'taken'])
  },

  'commit: what is acknowledged is read': async (store) => {
    for (let n = 0; n < 20; n += 1) {
      await store.commit(here, [insert(toRecord(`id-${n}`))])
      assert.equal(await store.count(here), n + 1)
      assert.equal((await store.find({ ...here, id: `id-${n}` }))?.id, `id-${n}`)
    }
  },

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

  'secret: text of at least 32 characters, the same all the time, another one for another store': async (store, makeStore) => {
    const { secret } = store
    assert.equal(typeof secret, 'string')
    assert.equal(secret.length >= 32, true)
    await insertAll(store, here, toRecord('a'))
    assert.equal(store.secret, secret)
    const other = await makeStore()
    try {
      assert.notEqual(other.secret, secret)
    } finally {
      await other.close()
    }
  },

  'isolation: nothing of another tenant or owner': async (store) => {
    const [mine] = await insertAll(store, here, toRecord('a'))
    for (const other of [otherTenant, otherOwner]) {
      assert.equal(await store.find({ ...other, id: 'a' }), undefined)
      assert.deepEqual(await idsOf(store, other), [])
      assert.equal(await store.count(other), 0)
      assert.deepEqual((await readHistory(store, other, 10)).changes, [])
      assert.deepEqual(await store.commit(other, [{ kind: 'remove', id: 'a' }]), { committed: false, index: 0, reason: 'missing' })
      assert.deepEqual(await store.commit(other, [{ kind: 'replace', record: toRecord('a'), expectedVersion: mine!.version }]), { committed: false, index: 0, reason: 'missing' })
      await insertAll(store, other, toRecord('a', 9))
    }
    assert.deepEqual(await store.find({ ...here, id: 'a' }), mine)
    await store.commit(otherTenant, [{ kind: 'remove', id: 'a' }])
    assert.equal(await store.count(here), 1)
  },

  'isolation: names that would run together do not': async (store) => {
    const one = { tenant: 'a', owner: 'b/c' }
    const two = { tenant: 'a/b', owner: 'c' }
    await insertAll(store, one, toRecord('x'))
    assert.equal(await store.count(two), 0)
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
  }
}
