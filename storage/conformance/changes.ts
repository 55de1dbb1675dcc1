import assert from 'node:assert/strict'
import type { CommittedChange } from '../store.js'
import type { Cases } from './case.js'
import { here, insert, insertAll, otherOwner, readHistory, toRecord } from './case.js'

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
    const seen: CommittedChange[] = []
    let cursor: string | undefined
    const follow = async (): Promise<void> => {
      const read = await readHistory(store, here, 7, cursor)
      seen.push(...read.changes)
      cursor = read.cursor
    }
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < 10; n += 1) {
        await store.commit(here, [insert(toRecord(`w${writer}-${n}`))])
        await follow()
      }
    })
    await Promise.all(writers)
    await follow()
    assert.equal(new Set(seen.map(({ id }) => id)).size, 80)
  },

  'changes: a cursor that is not of this store is expired': async (store) => {
    await insertAll(store, here, toRecord('a'))
    for (const cursor of ['', '1', 'nonsense', 'zzzzzzzzzzz-000000000000', '0-000000000000']) {
      assert.deepEqual(await store.changes(here, cursor, 10), { expired: true }, cursor)
    }
  }
}
