import assert from 'node:assert/strict'
import { everything } from '../query/tree.js'
import type { Change, Collection, CommitOutcome, OperationStore } from '../store.js'
import type { Cases } from './case.js'
import { here, insert, insertAll, makeChoices, readHistory, toRecord } from './case.js'

const collections: readonly Collection[] = [{ tenant: 'tenant-a', owner: 'sites/one' }, { tenant: 'tenant-b', owner: 'sites/one' }, { tenant: 'tenant-a', owner: 'sites/two' }]

/** How many of these were made. */
const madeOf = (outcomes: readonly CommitOutcome[]): number => outcomes.filter(({ committed }) => committed).length

async function versionOf (store: OperationStore, id: string): Promise<string> {
  const found = await store.find({ ...here, id })
  assert.ok(found, `${id} is there`)
  return found.version
}

/** Rounds of writers that all expect the version a round began with: of each id one wins, and no other reason is given than `changed`. */
export async function checkRounds (stores: readonly OperationStore[], rounds: number): Promise<void> {
  const storeOf = (n: number): OperationStore => stores[n % stores.length] as OperationStore
  const ids = ['a', 'b', 'c']
  await insertAll(storeOf(0), here, ...ids.map((id) => toRecord(id)))
  for (let round = 0; round < rounds; round += 1) {
    const versions = await Promise.all(ids.map(async (id) => await versionOf(storeOf(round), id)))
    const tries = ids.flatMap((id, index) => Array.from({ length: 12 }, async (_, n) => {
      const outcome = await storeOf(n).commit(here, [{ kind: 'replace', record: toRecord(id, 0, { n, round }), expectedVersion: versions[index]! }])
      return { id, n, outcome }
    }))
    const made = await Promise.all(tries)
    for (const id of ids) {
      const own = made.filter((one) => one.id === id)
      const winners = own.filter(({ outcome }) => outcome.committed)
      assert.equal(winners.length, 1, `round ${round}: one wins`)
      for (const { outcome } of own) assert.equal(outcome.committed || outcome.reason, outcome.committed || 'changed')
      for (const store of stores) assert.deepEqual((await store.find({ ...here, id }))?.value['n'], winners[0]!.n)
    }
  }
  assert.equal((await readHistory(storeOf(0), here, 100)).changes.length, ids.length * (rounds + 1), 'who lost left nothing behind')
}

/** Counters that many count up, each reading before it writes and trying again when others were first. */
export async function checkCounters (stores: readonly OperationStore[]): Promise<void> {
  const storeOf = (n: number): OperationStore => stores[n % stores.length] as OperationStore
  const ids = ['a', 'b']
  await insertAll(storeOf(0), here, ...ids.map((id) => toRecord(id, 0, { n: 0 })))
  const countUp = async (store: OperationStore, id: string): Promise<void> => {
    for (;;) {
      const found = await store.find({ ...here, id })
      const record = toRecord(id, 0, { n: found?.value['n'] as number + 1 })
      if ((await store.commit(here, [{ kind: 'replace', record, expectedVersion: found!.version }])).committed) return
    }
  }
  await Promise.all(Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; n < 10; n += 1) await countUp(storeOf(writer), ids[n % 2]!)
  }))
  for (const id of ids) assert.equal((await storeOf(1).find({ ...here, id }))?.value['n'], 40)
}

/** Sums that are moved among few records, several in one commit and in any order: they add up in every list. */
export async function checkTransfers (stores: readonly OperationStore[]): Promise<void> {
  const storeOf = (n: number): OperationStore => stores[n % stores.length] as OperationStore
  const ids = ['a', 'b', 'c', 'd']
  await insertAll(storeOf(0), here, ...ids.map((id) => toRecord(id, 0, { n: 100 })))
  const transfer = async (store: OperationStore, from: string, to: string, amount: number): Promise<boolean> => {
    const changes: Change[] = []
    for (const [id, sign] of [[from, -1], [to, 1]] as const) {
      const found = await store.find({ ...here, id })
      changes.push({ kind: 'replace', record: toRecord(id, 0, { n: found?.value['n'] as number + sign * amount }), expectedVersion: found!.version })
    }
    return (await store.commit(here, changes)).committed
  }
  const checkSum = async (store: OperationStore): Promise<void> => {
    const listed = await store.list(here, everything, { limit: 10, skip: 0 })
    assert.equal(listed.reduce((sum, { value }) => sum + (value['n'] as number), 0), 400, 'a list shows commits as a whole')
  }
  const transferred = await Promise.all(Array.from({ length: 8 }, async (_, writer) => {
    const { below } = makeChoices(writer)
    const store = storeOf(writer)
    let made = 0
    for (let n = 0; n < 12; n += 1) {
      const from = below(4)
      made += Number(await transfer(store, ids[from]!, ids[(from + 1 + below(3)) % 4]!, 1 + below(50)))
      await checkSum(store)
    }
    return made
  }))
  const made = transferred.reduce((sum, one) => sum + one)
  assert.ok(made > 0, 'some were made')
  assert.equal((await readHistory(storeOf(0), here, 100)).changes.length, 4 + 2 * made)
}

/** Many writers at once. */
export const raceCases: Cases = {
  'races: in every round one of many writers wins': async (store) => {
    await checkRounds([store], 8)
  },

  'races: of many inserts one wins, and of many removals': async (store) => {
    for (let round = 0; round < 6; round += 1) {
      const inserts = await Promise.all(Array.from({ length: 16 }, async (_, n) => await store.commit(here, [insert(toRecord('a', 0, { n }))])))
      assert.equal(madeOf(inserts), 1)
      for (const outcome of inserts) assert.equal(outcome.committed || outcome.reason, outcome.committed || 'exists')
      assert.equal((await store.find({ ...here, id: 'a' }))?.value['n'], inserts.findIndex(({ committed }) => committed))
      const version = await versionOf(store, 'a')
      const removals = await Promise.all(Array.from({ length: 16 }, async (_, n) => await store.commit(here, [{ kind: 'remove', id: 'a', expectedVersion: n % 2 === 0 ? version : undefined }])))
      assert.equal(madeOf(removals), 1)
      for (const outcome of removals) assert.equal(outcome.committed || outcome.reason, outcome.committed || 'missing')
    }
    assert.equal(await store.count(here), 0)
    assert.equal((await readHistory(store, here, 100)).changes.length, 12)
  },

  'races: whoever tries again gets through, and nothing is counted twice': async (store) => {
    await checkCounters([store])
  },

  'races: commits of several records that overlap are made one after the other': async (store) => {
    await checkTransfers([store])
    // all of them want all records, in every order
    const ids = ['x', 'y', 'z']
    await insertAll(store, here, ...ids.map((id) => toRecord(id)))
    for (let round = 0; round < 5; round += 1) {
      const versions = new Map<string, string>()
      for (const id of ids) versions.set(id, await versionOf(store, id))
      const outcomes = await Promise.all(Array.from({ length: 12 }, async (_, n) => {
        const order = [ids[n % 3]!, ids[(n + 1 + n % 2) % 3]!, ids[(n + 2 - n % 2) % 3]!]
        return await store.commit(here, order.map((id) => ({ kind: 'replace', record: toRecord(id, 0, { n }), expectedVersion: versions.get(id)! })))
      }))
      assert.equal(madeOf(outcomes), 1)
      const winner = outcomes.findIndex(({ committed }) => committed)
      for (const id of ids) assert.equal((await store.find({ ...here, id }))?.value['n'], winner)
    }
  },

  'races: writers of other collections are not in the way': async (store) => {
    await Promise.all(collections.map(async (collection, index) => {
      for (let n = 0; n < 10; n += 1) {
        const outcomes = await Promise.all(['a', 'b', 'c'].map(async (id) => await store.commit(collection, [insert(toRecord(`${id}-${n}`, n, { index }))])))
        assert.equal(madeOf(outcomes), 3)
      }
    }))
    for (const [index, collection] of collections.entries()) {
      const listed = await store.list(collection, everything, { limit: 100, skip: 0 })
      assert.equal(listed.length, 30)
      assert.ok(listed.every(({ value }) => value['index'] === index), 'each has its own')
      assert.equal(new Set((await readHistory(store, collection, 7)).changes.map(({ id }) => id)).size, 30)
    }
  }
}
