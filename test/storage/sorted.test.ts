import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { isPromise } from '../../storage/awaitable.js'
import { indexes } from '../../storage/query/plan.js'
import type { Column } from '../../storage/query/tree.js'
import { compareScalars } from '../../storage/query/evaluate.js'
import { SortedIndex } from '../../storage/memory/sorted-index.js'
import type { SortedRecords } from '../../storage/memory/sorted.js'
import { StoredRecord } from '../../storage/record.js'
import type { OperationRecord } from '../../storage/store.js'
import { makeChance } from '../support/chance.js'
import type { Chance } from '../support/chance.js'

/** Whether it is the same records in the same order. */
const areSame = (found: readonly OperationRecord[], expected: readonly OperationRecord[]): boolean => found.length === expected.length && found.every((record, n) => record === expected[n])

const toInstant = (n: number): string => new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString().replace('Z', '0000Z')

const toRecord = (id: number, { below: random }: Chance): OperationRecord => new StoredRecord({
  id: `op-${id}`, type: 'x', created: toInstant(random(900)), lastAction: random(3) === 0 ? '' : toInstant(random(900)), status: random(5) - 1, text: '{}'
}, String(random(1e9)))

function toSorted (index: Column, records: Iterable<OperationRecord>): OperationRecord[] {
  return [...records].sort((a, b) => indexes[index].map((column) => compareScalars(a[column], b[column])).find((difference) => difference !== 0) ?? 0)
}

function read (sorted: SortedRecords, position: number, count: number, descending: boolean): OperationRecord[] {
  const next = sorted.readFrom(position, descending)
  return Array.from({ length: count }, next)
}

const everyIndex = Object.keys(indexes) as Column[]

t.test('an index is the sorted records, whatever is added, changed and removed', async (t) => {
  for (const index of everyIndex) {
    const chance = makeChance(7)
    const { below: random } = chance
    const records = new Map<string, OperationRecord>()
    for (let n = 0; n < 900; n += 1) records.set(`op-${n}`, toRecord(n, chance))
    const sorted = new SortedIndex(index, records)
    const change = (id: number, record: OperationRecord | undefined): void => {
      const before = records.get(`op-${id}`)
      if (record === undefined) records.delete(`op-${id}`)
      else records.set(`op-${id}`, record)
      sorted.touch(`op-${id}`, before)
    }
    // grows to some chunks, and shrinks to none
    for (const [range, keep] of [[4_500, 9], [4_500, 5], [4_500, 0]] as const) {
      for (let n = 0; n < 5_000; n += 1) {
        const id = keep === 0 && n < range ? n : random(range)
        const record = random(10) < keep ? toRecord(id, chance) : undefined
        // progress that keeps its place
        const before = records.get(`op-${id}`)
        change(id, record !== undefined && before !== undefined && random(3) === 0 ? new StoredRecord(before, 'v') : record)
        if (n % 1_500 === 0) await sorted.read()
      }
      const expected = toSorted(index, records.values())
      const found = await sorted.read()
      t.ok(keep < 9 || expected.length > 2_048, 'several chunks')
      t.strictSame(found.find({ index, prefix: [] }), { start: 0, end: expected.length })
      t.ok(areSame(read(found, 0, expected.length, false), expected), `${index}: forwards`)
      t.ok(areSame(read(found, expected.length - 1, expected.length, true), [...expected].reverse()), `${index}: backwards`)
      for (let n = 0; n < 20 && expected.length > 0; n += 1) {
        const position = random(expected.length)
        const keys = indexes[index].map((column) => expected[position]![column])
        t.equal(found.findAfter(keys, false), position + 1)
        t.equal(found.findAfter(keys, true), position)
        t.equal(read(found, position, 1, false)[0], expected[position])
        const { start, end } = found.find({ index, prefix: keys.slice(0, 1) })
        t.equal(end - start, expected.filter((record) => record[index] === keys[0]).length)
      }
    }
    t.equal(records.size, 0)
  }
})

t.test('an index over many records is made in turns, and what is written meanwhile is in it', async (t) => {
  const chance = makeChance(3)
  const { below: random } = chance
  const records = new Map<string, OperationRecord>()
  for (let n = 0; n < 30_000; n += 1) records.set(`op-${n}`, toRecord(n, chance))
  const sorted = new SortedIndex('created', records)
  const first = sorted.read()
  t.ok(isPromise(first), 'others have their turn')
  let turns = 0
  for (let isBuilding = true; isBuilding; turns += 1) {
    for (let n = 0; n < 500; n += 1) {
      // some ids are new, and some come back after they were gone
      const id = random(33_000)
      const before = records.get(`op-${id}`)
      if (n % 3 === 0) records.delete(`op-${id}`)
      else records.set(`op-${id}`, toRecord(id, chance))
      sorted.touch(`op-${id}`, before)
    }
    isBuilding = await Promise.race([Promise.resolve(first).then(() => false), nextTurn(true)])
  }
  t.ok(turns > 2, 'written to in several turns')
  const found = await first
  const expected = toSorted('created', records.values())
  t.ok(areSame(read(found, 0, expected.length, false), expected))
  t.notOk(isPromise(sorted.read()), 'from then on it is there')
})
