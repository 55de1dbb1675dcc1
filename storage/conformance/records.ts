import assert from 'node:assert/strict'
import { everything } from '../query/tree.js'
import type { NewRecord } from '../store.js'
import type { Cases } from './case.js'
import { here, idsOf, insert, insertAll, otherOwner, readHistory, recordsOf, toRecord } from './case.js'
import { texts } from './texts.js'

const size = 262_144

/** Representations that have to come back character for character, whatever an engine would rather write. */
const representations: Readonly<Record<string, string>> = {
  spaced: '{ "b" : 1,\n\t"a" : [ ] ,"b2":{ } }',
  numbers: '{"n":1.0,"m":1e21,"o":1E+2,"p":-0,"q":0.1,"r":100000000000000000000,"s":5e-324,"t":1.7976931348623157e308,"u":0.30000000000000004}',
  escaped: '{"a":"\\u0041\\/\\u00e9\\ud83d\\ude00\\u0001"}',
  order: '{"z":1,"y":2,"x":3,"a":4}',
  texts: JSON.stringify({ texts }),
  ascii: `{"a":"${'x'.repeat(size - 8)}"}`,
  wide: `{"a":"${'\uffff'.repeat(size - 8)}"}`,
  pairs: `{"a":"${'😀'.repeat((size - 8) / 2)}"}`,
  deep: `${'{"a":'.repeat(31)}[]${'}'.repeat(31)}`
}

/** Every permitted character, the limits, and names that mean something to some language. */
const ids = ['a', 'A', 'a.', 'a-', 'a_', '-', '_', '...', '0', '00', '0.0', '-1', '1e1', 'null', 'NULL', 'true', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a'.repeat(127), 'a'.repeat(128), `${'a'.repeat(127)}A`, `Az09_.-${'-'.repeat(121)}`]
const owners = ['a', 'A', "o'neil", '~=!@,+#-', 'guest_contoso.com#EXT#@fabrikam.onmicrosoft.com', 'contoso.sharepoint.com,2c712604-1370-44e7-a1f5-426573fda80a,2d2244c3-251a-49ea-93a8-39e1c3a060fe', '__proto__', 'x'.repeat(255), 'x'.repeat(256), `Az09_.~=!@,'+#-${'-'.repeat(241)}`]

/** Reads and writes of single records, and what comes back. */
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

  'find: what is kept is what was given, character for character': async (store) => {
    const given: NewRecord[] = Object.entries(representations).map(([id, text], n) => ({ ...toRecord(id, n), text }))
    given.push({ ...toRecord('first'), created: '0001-01-01T00:00:00.0000000Z', lastAction: '0001-01-01T00:00:00.0000000Z', status: 0 })
    given.push({ ...toRecord('last'), created: '9999-12-31T23:59:59.9999999Z', lastAction: '9999-12-31T23:59:59.9999999Z', status: 2_147_483_647 })
    const stored = await insertAll(store, here, ...given)
    const listed = await store.list(here, everything, { limit: 100, skip: 0 })
    for (const [index, { id, type, created, lastAction, status, text }] of given.entries()) {
      const { version } = stored[index]!
      for (const record of [stored[index], await store.find({ ...here, id }), listed.find((one) => one.id === id)]) {
        // compared here, so that a failure is not a page of a million characters
        assert.ok(record?.text === text, `the text of ${id}`)
        assert.deepEqual([record.id, record.type, record.created, record.lastAction, record.status, record.version], [id, type, created, lastAction, status, version])
        assert.deepEqual(record.value, JSON.parse(text))
      }
    }
    assert.deepEqual([listed[0]?.id, listed.at(-1)?.id], ['first', 'last'])
    const [replaced] = recordsOf(await store.commit(here, [{ kind: 'replace', record: { ...given[0]!, text: representations['wide']! }, expectedVersion: stored[0]!.version }]))
    assert.ok((await store.find({ ...here, id: given[0]!.id }))?.text === replaced!.text, 'the text that replaced another')
  },

  'find: ids, owners and tenants of every permitted character, as long as they may be': async (store) => {
    await insertAll(store, here, ...ids.map((id, n) => toRecord(id, n)))
    for (const [n, id] of ids.entries()) assert.equal((await store.find({ ...here, id }))?.created, toRecord(id, n).created, id)
    assert.deepEqual(await idsOf(store, here), ids)
    assert.deepEqual((await readHistory(store, here, 5)).changes.map(({ id }) => id), ids)
    const collections = owners.flatMap((name) => [{ tenant: name, owner: 'sites/one' }, { tenant: 'tenant-a', owner: `sites/${name}` }, { tenant: name, owner: `users/${name}` }])
    for (const [n, collection] of collections.entries()) await insertAll(store, collection, toRecord(`only-${n}`))
    for (const [n, collection] of collections.entries()) {
      assert.deepEqual(await idsOf(store, collection), [`only-${n}`])
      assert.equal((await store.find({ ...collection, id: `only-${n}` }))?.id, `only-${n}`)
      assert.deepEqual((await readHistory(store, collection, 5)).changes.map(({ id }) => id), [`only-${n}`])
    }
  }
}
