import assert from 'node:assert/strict'
import { everything } from '../query/tree.js'
import type { Change, Collection, ConflictReason, OperationStore } from '../store.js'
import type { Cases } from './case.js'
import { here, idsOf, insert, insertAll, otherOwner, readHistory, recordsOf, toRecord } from './case.js'
import { and, call, column, compare, label, not, size } from './expressions.js'

/** What every kind of read says of a collection with a record whose size is `n`, or with none. */
async function checkRead (store: OperationStore, collection: Collection, id: string, n: number | undefined): Promise<void> {
  const isIt = and(compare(column('id'), 'eq', id), compare(size, 'eq', n ?? 0))
  const [found, listed, filtered, count, filteredCount] = [
    await store.find({ ...collection, id }), await store.list(collection, everything, { limit: 100, skip: 0 }), await store.list(collection, { filter: isIt, orderBy: [] }, { limit: 100, skip: 0 }),
    await store.count(collection), await store.count(collection, call('startswith', column('id'), id))
  ]
  const expected = n === undefined ? [] : [n]
  assert.equal(found?.value['size'], n, `find ${id}`)
  assert.deepEqual(listed.map(({ value }) => value['size']), expected, `list ${id}`)
  assert.deepEqual(filtered.map(({ value }) => value['size']), expected, `list ${id} by a filter`)
  assert.deepEqual([count, filteredCount], [expected.length, expected.length], `count ${id}`)
}

/** Commits, all or none. */
export const commitCases: Cases = {
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
    // by every kind of read, right after each kind of change, where a read that came before may have left something behind
    let cursor: string | undefined
    for (let n = 0; n < 10; n += 1) {
      const id = `id-${n % 3}`
      await checkRead(store, otherOwner, id, undefined)
      const [made] = await insertAll(store, otherOwner, toRecord(id, n, { size: n }))
      await checkRead(store, otherOwner, id, n)
      const [replaced] = recordsOf(await store.commit(otherOwner, [{ kind: 'replace', record: toRecord(id, n, { size: n + 100 }), expectedVersion: made!.version }]))
      await checkRead(store, otherOwner, id, n + 100)
      assert.deepEqual(await store.find({ ...otherOwner, id }), replaced)
      await store.commit(otherOwner, [{ kind: 'remove', id }])
      await checkRead(store, otherOwner, id, undefined)
      const read = await readHistory(store, otherOwner, 2, cursor)
      assert.deepEqual(read.changes.map((change) => `${change.kind} ${change.id}`), [`inserted ${id}`, `replaced ${id}`, `removed ${id}`])
      cursor = read.cursor
    }
  },

  'commit: what is acknowledged is read, whoever asked for the same before': async (store) => {
    const others = 1_000
    await insertAll(store, here, ...Array.from({ length: others }, (_, n) => toRecord(`other-${n}`, n, { size: -1, label: `other ${n}` })))
    const isFresh = and(compare(size, 'eq', 0), not(call('contains', call('tolower', label), 'other')))
    let made = 0
    // the first ones take longer than a commit does, so that there is nearly always one on its way that began before
    const reads: ReadonlyArray<() => Promise<number>> = [
      async () => await store.count(here, isFresh),
      async () => (await store.list(here, { filter: isFresh, orderBy: [{ by: label, descending: false }] }, { limit: others, skip: 0 })).length,
      async () => await store.count(here) - others,
      async () => (await store.list(here, everything, { limit: 2 * others, skip: 0 })).length - others,
      // the one made last, or none of that name yet
      async () => made - Number((await store.find({ ...here, id: `id-${made - 1}` })) === undefined)
    ]
    for (const read of reads) {
      let isOver = false
      const askAgain = async (): Promise<void> => {
        // a store may answer at once, and nobody else would have a turn
        for (; !isOver; await new Promise((resolve) => { setImmediate(resolve) })) await read()
      }
      const asking = Promise.all(Array.from({ length: 4 }, askAgain))
      try {
        for (let round = 0; round < 20; round += 1) {
          await insertAll(store, here, toRecord(`id-${made}`, 0, { size: 0, label: 'fresh' }))
          made += 1
          assert.equal(await read(), made, read.toString())
        }
      } finally {
        isOver = true
        await asking
      }
    }
  },

  'commit: the first change that meets a conflict is named': async (store) => {
    const [a, b] = await insertAll(store, here, toRecord('a'), toRecord('b'))
    const fresh = (n: number): Change[] => Array.from({ length: n }, (_, one) => insert(toRecord(`fresh-${one}`)))
    const replace = (id: string, expectedVersion: string): Change => ({ kind: 'replace', record: toRecord(id), expectedVersion })
    const remove = (id: string, expectedVersion?: string): Change => ({ kind: 'remove', id, expectedVersion })
    const refused: ReadonlyArray<readonly [changes: Change[], index: number, reason: ConflictReason]> = [
      [[insert(toRecord('a')), remove('none')], 0, 'exists'],
      [[remove('none'), insert(toRecord('a'))], 0, 'missing'],
      [[replace('b', a!.version), replace('a', a!.version), remove('a', b!.version)], 0, 'changed'],
      [[replace('a', a!.version), replace('b', a!.version), insert(toRecord('b'))], 1, 'changed'],
      [[remove('a'), remove('b'), remove('none'), replace('none', a!.version)], 2, 'missing'],
      [[...fresh(50), remove('b', a!.version), ...fresh(1)], 50, 'changed'],
      [[...fresh(3), ...fresh(2)], 3, 'exists'],
      [[remove('a'), remove('a')], 1, 'missing'],
      [[remove('a', a!.version), replace('a', a!.version)], 1, 'missing'],
      [[replace('a', a!.version), replace('a', a!.version)], 1, 'changed'],
      [[replace('a', a!.version), remove('a', a!.version)], 1, 'changed'],
      [[remove('a'), insert(toRecord('a')), replace('a', a!.version)], 2, 'changed'],
      [[insert(toRecord('c')), remove('c'), remove('c')], 2, 'missing']
    ]
    for (const [changes, index, reason] of refused) assert.deepEqual(await store.commit(here, changes), { committed: false, index, reason }, JSON.stringify(changes.map(({ kind }) => kind)))
    assert.deepEqual(await store.list(here, everything, { limit: 100, skip: 0 }), [a, b])
    assert.equal((await readHistory(store, here, 100)).changes.length, 2)
  },

  'commit: one id several times': async (store) => {
    const [first] = await insertAll(store, here, toRecord('a', 0, { n: 0 }))
    const before = await readHistory(store, here, 100)
    const [, second, , third] = recordsOf(await store.commit(here, [
      { kind: 'remove', id: 'a', expectedVersion: first!.version }, insert(toRecord('a', 1, { n: 1 })), { kind: 'remove', id: 'a' }, insert(toRecord('a', 2, { n: 2 }))
    ]))
    assert.deepEqual(await store.list(here, everything, { limit: 100, skip: 0 }), [third])
    assert.equal((await store.find({ ...here, id: 'a' }))?.value['n'], 2)
    const { changes } = await readHistory(store, here, 1, before.cursor)
    assert.deepEqual(changes.map(({ kind, id }) => `${kind} ${id}`), ['removed a', 'inserted a', 'removed a', 'inserted a'])
    assert.deepEqual([changes[1]?.version, changes[3]?.version], [second!.version, third!.version])
    assert.equal(new Set([first!.version, ...changes.map(({ version }) => version)]).size, 5)
  },

  'commit: a thousand changes, all or nothing': async (store) => {
    const records = Array.from({ length: 1_000 }, (_, n) => toRecord(`id-${n}`, n % 60, { n }))
    const stored = await insertAll(store, here, ...records)
    assert.deepEqual(stored.map(({ id }) => id), records.map(({ id }) => id))
    const changes = stored.map(({ id, version }, n): Change => {
      if (n % 3 === 0) return { kind: 'remove', id, expectedVersion: version }
      return n % 3 === 1 ? { kind: 'replace', record: toRecord(id, n % 60, { n: -n }), expectedVersion: version } : insert(toRecord(`new-${n}`, n % 60))
    })
    assert.deepEqual(await store.commit(here, [...changes, { kind: 'remove', id: 'id-0' }]), { committed: false, index: 1_000, reason: 'missing' })
    assert.deepEqual(await store.commit(here, [...changes.slice(0, 998), { kind: 'remove', id: 'id-998', expectedVersion: 'stale' }, ...changes.slice(998)]), { committed: false, index: 998, reason: 'changed' })
    assert.deepEqual(new Set(await store.list(here, everything, { limit: 2_000, skip: 0 })), new Set(stored), 'nothing of them was made')
    assert.equal((await readHistory(store, here, 1_000)).changes.length, 1_000)
    const made = recordsOf(await store.commit(here, changes))
    assert.deepEqual(made.map((record) => record?.id), changes.map((change) => change.kind === 'remove' ? undefined : change.record.id))
    const kept = [...made.filter((record) => record !== undefined), ...stored.filter((_, n) => n % 3 === 2)]
    assert.deepEqual(new Set(await idsOf(store, here, 2_000)), new Set(kept.map(({ id }) => id)))
    assert.equal(await store.count(here), kept.length)
    assert.equal((await readHistory(store, here, 999)).changes.length, 2_000)
  }
}
