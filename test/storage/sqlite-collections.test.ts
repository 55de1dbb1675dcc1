import { join } from 'node:path'
import t from 'tap'
import type { Change, Collection, OperationStore } from '../../index.js'
import { inspectFile } from '../faults/sqlite-file.js'
import { getVersion, idsOf, insert, open, readChanges, toRecord, withDatabase } from '../support/sqlite.js'

/*
 * The rows of a file have numbers for their collections. A collection is given one by what is written to it first,
 * keeps it as long as anything is left of it, and no other one ever has the same.
 */

interface Numbered extends Collection { readonly number: number }

const of = (owner: string, tenant = 't'): Collection => ({ tenant, owner })
const remove = (id: string): Change => ({ kind: 'remove', id })

async function readNumbers (file: string): Promise<Map<string, number>> {
  const rows = await withDatabase(file, (database) => database.prepare('SELECT * FROM collections').all() as Numbered[])
  return new Map(rows.map(({ tenant, owner, number }) => [`${tenant} ${owner}`, number]))
}

/** What makes the store forget what is older. */
async function passTime (store: OperationStore, n: string): Promise<void> {
  for (let change = 0; change < 30; change += 1) await getVersion(store, insert(`${n}-${change}`), of('busy'))
}

t.test('a collection that has nothing left has no number, and none that was given before when it comes back', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file, { keptChanges: 10 })
  const peer = await open(t, file, { keptChanges: 10 })
  for (const owner of ['gone', 'left', 'back']) await getVersion(store, insert('a'), of(owner))
  await getVersion(peer, insert('a'), of('gone', 'u'))
  await getVersion(store, remove('a'), of('gone'))
  await getVersion(store, remove('a'), of('back'))
  await getVersion(store, remove('a'), of('gone', 'u'))
  const first = await readNumbers(file)
  t.strictSame([...first.keys()].sort(), ['t back', 't gone', 't left', 'u gone'], 'while there is a history')
  t.equal(new Set(first.values()).size, 4)

  await passTime(store, 'once')
  t.strictSame([...(await readNumbers(file)).keys()].sort(), ['t busy', 't left'])
  t.strictSame([await idsOf(store, of('left')), await idsOf(peer, of('left'))], [['a'], ['a']], 'an operation that nobody touches stays')
  t.strictSame((await readChanges(peer, undefined, of('back'))).changes, [])

  const version = await getVersion(peer, insert('b'), of('back'))
  await getVersion(store, insert('c'), of('back'))
  t.strictSame([await idsOf(store, of('back')), await idsOf(peer, of('back'))], [['b', 'c'], ['b', 'c']])
  t.equal((await readChanges(store, undefined, of('back'))).changes[0]?.version, version)
  const second = await readNumbers(file)
  t.notOk([...first.values()].includes(second.get('t back')!), 'a number of its own')
  t.equal(second.get('t left'), first.get('t left'))

  // its history is forgotten now, its operation goes later
  await getVersion(peer, remove('a'), of('left'))
  await passTime(peer, 'twice')
  t.strictSame([...(await readNumbers(file)).keys()].sort(), ['t back', 't busy'])
  t.strictSame(await inspectFile(file), [])
})

t.test('what is refused gives no number', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const store = await open(t, file)
  const stale = { kind: 'replace', record: toRecord('b'), expectedVersion: 'v' } as const
  t.match(await store.commit(of('new'), [stale]), { committed: false })
  t.match(await store.commit(of('new'), [remove('b')]), { committed: false })
  t.match(await store.commit(of('new'), [insert('a'), stale]), { committed: false, index: 1 })
  t.strictSame(await readNumbers(file), new Map())
  // in one transaction: the number that the first one was given went with it
  const [refused, made] = await Promise.all([store.commit(of('new'), [insert('a'), stale]), store.commit(of('new'), [insert('a')]), store.commit(of('other'), [insert('a')])])
  t.match([refused, made], [{ committed: false }, { committed: true }])
  t.equal((await readNumbers(file)).size, 2)
  t.strictSame([await idsOf(store, of('new')), await idsOf(store, of('other'))], [['a'], ['a']])
  t.strictSame(await inspectFile(file), [])
})
