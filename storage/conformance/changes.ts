import assert from 'node:assert/strict'
import type { Cases } from './case.js'
import { here, insert, insertAll, otherOwner, otherTenant, readHistory, toRecord } from './case.js'
import { checkFollowing } from './history.js'

/** The history of a collection, for followers. */
export const changeCases: Cases = {
  'changes: every commit in order, removals included, resumable anywhere': async (store) => {
    const [a] = await insertAll(store, here, toRecord('a'))
    await insertAll(store, otherOwner, toRecord('z'))
    const outcome = await store.commit(here, [{ kind: 'replace', record: toRecord('a', 0, { n: 1 }), expectedVersion: a!.version }, insert(toRecord('b'))])
    assert.ok(outcome.committed, 'committed')
    await store.commit(here, [{ kind: 'remove', id: 'a' }])
    const whole = await readHistory(store, here, 100)
    assert.deepEqual(whole.changes.map(({ kind, id }) => `${kind} ${id}`), ['inserted a', 'replaced a', 'inserted b', 'removed a'])
    assert.equal(whole.changes[0]?.version, a!.version)
    assert.equal(whole.changes[1]?.version, outcome.records[0]?.version)
    assert.equal(new Set(whole.changes.map(({ version }) => version)).size, 4)
    assert.deepEqual((await readHistory(store, here, 1)).changes, whole.changes)
    let cursor: string | undefined
    for (let n = 0; n < 4; n += 1) {
      const page = await store.changes(here, cursor, 1)
      assert.ok(!page.expired, 'the cursor is good')
      cursor = page.cursor
      assert.deepEqual((await readHistory(store, here, 2, cursor)).changes, whole.changes.slice(n + 1))
    }
    await insertAll(store, here, toRecord('c'))
    assert.deepEqual((await readHistory(store, here, 100, whole.cursor)).changes.map(({ id }) => id), ['c'])
  },

  'changes: nothing is missed under concurrent writers': async (store) => {
    await Promise.all([checkFollowing([store], here, 1), checkFollowing([store], otherOwner, 100), checkFollowing([store], otherTenant, 200)])
  },

  'changes: a cursor is good before there is anything, and while nothing comes': async (store) => {
    const empty = await readHistory(store, here, 10)
    assert.deepEqual(empty.changes, [])
    assert.deepEqual((await readHistory(store, here, 10, empty.cursor)).changes, [])
    await insertAll(store, otherOwner, toRecord('z'))
    await insertAll(store, here, toRecord('a'), toRecord('b'), toRecord('c'))
    assert.deepEqual((await readHistory(store, here, 2, empty.cursor)).changes.map(({ id }) => id), ['a', 'b', 'c'])
    const { cursor } = await readHistory(store, here, 10)
    let last = cursor
    for (let n = 0; n < 3; n += 1) {
      const read = await readHistory(store, here, 10, last)
      assert.deepEqual(read.changes, [])
      last = read.cursor
      await insertAll(store, otherOwner, toRecord(`z-${n}`))
    }
    await store.commit(here, [{ kind: 'remove', id: 'b' }])
    for (const from of [cursor, last]) assert.deepEqual((await readHistory(store, here, 10, from)).changes.map(({ kind, id }) => `${kind} ${id}`), ['removed b'])
  },

  'changes: a cursor that is not of this store is expired': async (store, { makeStore }) => {
    await insertAll(store, here, toRecord('a'))
    for (const cursor of ['', '1', 'nonsense', 'zzzzzzzzzzz-000000000000', '0-000000000000']) {
      assert.deepEqual(await store.changes(here, cursor, 10), { expired: true }, cursor)
    }
    await insertAll(store, here, toRecord('b'), toRecord('c'))
    // places of another history, which this one may have too
    const other = await makeStore()
    const { cursor: start } = await readHistory(other, here, 1)
    const strange = [start]
    for (const id of ['x', 'y', 'z']) {
      await insertAll(other, here, toRecord(id))
      strange.push((await readHistory(other, here, 1)).cursor)
    }
    for (const cursor of strange) assert.deepEqual(await store.changes(here, cursor, 10), { expired: true }, 'a cursor of another store')
  },

  'changes: a cursor that was damaged is expired or a place, and never an error': async (store) => {
    await insertAll(store, here, toRecord('a'), toRecord('b'))
    const page = await store.changes(here, undefined, 1)
    assert.ok(!page.expired, 'from the start')
    const { cursor } = page
    const damaged = [`${cursor} `, ` ${cursor}`, `${cursor}${cursor}`, cursor.slice(1), cursor.slice(0, -1), cursor.toUpperCase(), `-${cursor}`, `9${cursor}`, `${'9'.repeat(30)}${cursor}`, `${cursor}${'9'.repeat(30)}`, '9'.repeat(400), "'", '%', 'é', '😀', 'x'.repeat(10_000)]
    for (let at = 0; at < cursor.length; at += 1) damaged.push(...['0', '9', 'z', '-', '.'].map((one) => cursor.slice(0, at) + one + cursor.slice(at + 1)))
    for (const one of damaged) {
      const read = await store.changes(here, one, 10)
      assert.ok(read.expired || read.changes.every(({ id }) => id === 'a' || id === 'b'), one)
    }
  }
}
