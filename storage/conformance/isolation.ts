import assert from 'node:assert/strict'
import { toSortKey, toTotalOrder } from '../query/order.js'
import { everything } from '../query/tree.js'
import type { Expression, Query } from '../query/tree.js'
import type { Collection } from '../store.js'
import type { Cases } from './case.js'
import { here, idsOf, insert, insertAll, otherOwner, otherTenant, readHistory, recordsOf, toRecord } from './case.js'
import { among, and, call, column, columns, compare, flag, label, literal, not, or, size } from './expressions.js'
import { readPages } from './oracle.js'

/** Tenants and owners that one might be taken for another by case, by a pattern, by a prefix, or by what they are joined with. */
const lookalikes: readonly Collection[] = [
  { tenant: 'tenant-a', owner: 'sites/one' }, { tenant: 'Tenant-A', owner: 'sites/one' }, { tenant: 'tenant-a', owner: 'sites/One' }, { tenant: 'tenant_a', owner: 'sites/one' }, { tenant: 'tenant-a', owner: 'sites/_ne' },
  { tenant: 'tenant', owner: 'sites/one' }, { tenant: 'tenant-a', owner: 'sites/on' }, { tenant: 'tenant-a', owner: 'sites/one1' }, { tenant: 'tenant-', owner: 'asites/one' }, { tenant: 'tenant-a,sites', owner: 'one' }, { tenant: 'tenant-a', owner: 'users/one' }, { tenant: 'sites/one', owner: 'tenant-a' }
]

/** One query for each way through an index, and filters whose parts might swallow the condition beside them. */
const queries: readonly Query[] = [
  everything,
  ...columns.flatMap((name): Query[] => [{ orderBy: [{ by: column(name), descending: false }] }, { orderBy: [{ by: column(name), descending: true }] }]),
  { orderBy: [{ by: size, descending: true }] },
  ...[
    literal(true), not(literal(false)), or(literal(true), flag), or(compare(size, 'ge', 0), compare(size, 'lt', 0)), compare(label, 'ne', 'x'), call('contains', label, ''), among(size, 0, 1, 2, null),
    compare(column('status'), 'eq', 1), compare(column('created'), 'ge', toRecord('', 0).created), compare(column('lastAction'), 'eq', null), compare(column('id'), 'ge', ''), among(column('id'), 'a', 'b', 'c'), and(compare(column('status'), 'eq', 1), or(flag, literal(true)))
  ].flatMap((filter: Expression): Query[] => [{ filter, orderBy: [] }, { filter, orderBy: [{ by: label, descending: true }] }])
]

/** What belongs to whom. */
export const isolationCases: Cases = {
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

  'isolation: of every query, page, count and change': async (store) => {
    const records = ['a', 'b', 'c'].map((id, n) => ({ ...toRecord(id, n, { size: n, label: id, flag: true }), status: 1 }))
    for (const [n, collection] of lookalikes.entries()) {
      const [first] = await insertAll(store, collection, ...records.map((record) => ({ ...record, type: `type-${n}` })))
      // its own first record is another one now
      await store.commit(collection, [{ kind: 'replace', record: { ...records[0]!, type: `type-${n}`, text: JSON.stringify({ size: 0, label: 'a', flag: true, n }) }, expectedVersion: first!.version }])
    }
    const cursors = await Promise.all(lookalikes.map(async (collection) => (await readHistory(store, collection, 1)).cursor))
    for (const [n, collection] of lookalikes.entries()) {
      // each query in some of them
      for (const query of queries.filter((_, index) => (index + n) % 3 === 0)) {
        const name = `${JSON.stringify(collection)}: ${JSON.stringify(query)}`
        const listed = await store.list(collection, query, { limit: 100, skip: 0 })
        assert.deepEqual(listed.map(({ type }) => type), Array(3).fill(`type-${n}`), name)
        assert.equal(new Set(await readPages(store, collection, query, 1)).size, 3, name)
        assert.equal(await store.count(collection, query.filter), 3, name)
        const total = toTotalOrder(query)
        assert.deepEqual(await store.list(collection, query, { limit: 100, skip: 0, after: toSortKey(listed[2]!, total) }), [], name)
      }
      assert.equal((await store.find({ ...collection, id: 'a' }))?.value['n'], n)
      assert.equal(await store.count(collection), 3)
      assert.equal((await readHistory(store, collection, 2)).changes.length, 4)
      // a cursor names a place in one history: in another one it may be no place, and shows nothing of its own
      for (const cursor of cursors) {
        const page = await store.changes(collection, cursor, 100)
        const own = new Set((await readHistory(store, collection, 100)).changes.map(({ version }) => version))
        assert.ok(page.expired || page.changes.every(({ version }) => own.has(version)), 'only its own changes')
      }
    }
  },

  'isolation: of what is asked for at once': async (store) => {
    for (const [n, collection] of lookalikes.entries()) await insertAll(store, collection, ...['a', 'b', 'c'].map((id, second) => ({ ...toRecord(id, second, { size: second, label: id, flag: true }), type: `type-${n}`, status: 1 })))
    const pages = [{ limit: 1, skip: 0 }, { limit: 2, skip: 0 }, { limit: 3, skip: 0 }, { limit: 3, skip: 1 }]
    for (const query of queries) {
      const answers = await Promise.all(lookalikes.map(async (collection) => {
        const listing = Promise.all(pages.map(async (page) => (await store.list(collection, query, page)).map(({ type }) => type)))
        const [found, count, listed] = await Promise.all([Promise.resolve(store.find({ ...collection, id: 'a' })), Promise.resolve(store.count(collection, query.filter)), listing])
        return [...listed, [found?.type], count]
      }))
      for (const [n, answer] of answers.entries()) assert.deepEqual(answer, [...[1, 2, 3, 2, 1].map((length) => Array(length).fill(`type-${n}`)), 3], `${JSON.stringify(lookalikes[n])}: ${JSON.stringify(query)}`)
    }
  },

  'isolation: writes meet nothing of another tenant or owner': async (store) => {
    const others = [otherTenant, otherOwner, ...lookalikes.slice(1)]
    const [mine] = await insertAll(store, here, toRecord('a', 1))
    for (const other of others) {
      // what is taken here is free there, and a version of here is none there
      const [theirs] = await insertAll(store, other, toRecord('a', 2))
      assert.notEqual(theirs!.version, mine!.version)
      assert.deepEqual(await store.commit(other, [{ kind: 'replace', record: toRecord('a', 3), expectedVersion: mine!.version }]), { committed: false, index: 0, reason: 'changed' })
      assert.deepEqual(await store.commit(other, [{ kind: 'remove', id: 'a', expectedVersion: mine!.version }]), { committed: false, index: 0, reason: 'changed' })
      const [replaced] = recordsOf(await store.commit(other, [{ kind: 'replace', record: toRecord('a', 4), expectedVersion: theirs!.version }, insert(toRecord('b'))]))
      assert.equal((await store.find({ ...other, id: 'a' }))?.version, replaced!.version)
      assert.deepEqual(await store.find({ ...here, id: 'a' }), mine)
      assert.deepEqual(await idsOf(store, here), ['a'])
    }
    for (const other of others) {
      await store.commit(other, [{ kind: 'remove', id: 'a' }, { kind: 'remove', id: 'b' }])
      assert.deepEqual(await idsOf(store, other), [])
      assert.deepEqual(await store.find({ ...here, id: 'a' }), mine)
    }
    assert.equal((await readHistory(store, here, 10)).changes.length, 1)
  }
}
