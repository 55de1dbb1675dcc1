/*
 * Writes to a store on SQLite, several commits at a time, some of several changes and some that must be refused. A
 * log says what begins and what was acknowledged. Now and then the store is closed and opened again. In the end it
 * is closed by every other session, so that the next one begins without a write-ahead log or with one to recover.
 *
 *   node writer.js FILE LOG SEED SESSION ROUNDS
 */
import { openSync, writeSync } from 'node:fs'
import { everything } from '../../../storage/query/tree.js'
import { sqliteStore } from '../../../storage/sqlite/index.js'
import type { Change, NewRecord, OperationRecord } from '../../../storage/store.js'
import { makeChance } from '../../support/chance.js'

const [, , file = '', log = '', seed = '', session = '', rounds = ''] = process.argv
const chance = makeChance(Number(seed))
const collection = { tenant: 'local', owner: 'calls/1' }
const ids = Array.from({ length: 24 }, (_, index) => `operation-${index}`)
const descriptor = openSync(log, 'a')
const known = new Map<string, OperationRecord>()
let number = Number(session) * 1_000_000

function say (line: object): void {
  writeSync(descriptor, `${JSON.stringify(line)}\n`)
}

function toRecord (id: string): NewRecord {
  const members = known.get(id)?.value['log'] as object | undefined
  // so much now and then that it takes pages of its own
  const padding = 'x'.repeat(chance.oneIn(8) ? chance.below(12_000) : chance.below(200))
  const text = JSON.stringify({ id, clientContext: `w${number}`, log: { ...members, [`w${number}`]: number }, padding })
  return { id, type: 'x', created: '2026-01-01T00:00:00.0000000Z', lastAction: '', status: -1, text }
}

function toChange (id: string, isStale: boolean): Change {
  const expectedVersion = isStale ? 'stale' : known.get(id)?.version
  if (expectedVersion === undefined) return { kind: 'insert', record: toRecord(id) }
  return chance.oneIn(6) ? { kind: 'remove', id, expectedVersion } : { kind: 'replace', record: toRecord(id), expectedVersion }
}

const kinds = { insert: 'insert', replace: 'update', remove: 'remove' } as const

let store = await sqliteStore({ file })
for (const record of await store.list(collection, everything, { limit: ids.length, skip: 0 })) known.set(record.id, record)

async function commit (chosen: readonly string[]): Promise<void> {
  number += 1
  const own = number
  const stale = chance.oneIn(12) ? chance.below(chosen.length) : -1
  const changes = chosen.map((id, index) => toChange(id, index === stale))
  say({ begins: own, items: changes.map((change, index) => ({ key: `${collection.owner}/${String(chosen[index])}`, kind: kinds[change.kind] })) })
  const outcome = await store.commit(collection, changes)
  if (!outcome.committed) return say({ refused: own })
  for (const [index, id] of chosen.entries()) {
    const record = outcome.records[index]
    if (record === undefined) known.delete(id)
    else known.set(id, record)
  }
  say({ made: own, answers: outcome.records.map((record) => record === undefined ? null : { version: record.version, members: Object.keys(record.value['log'] as object).length }) })
}

for (let round = 0; round < Number(rounds); round += 1) {
  if (chance.oneIn(25)) {
    await store.close()
    store = await sqliteStore({ file })
  }
  const free = [...ids].sort(() => chance.below(3) - 1)
  await Promise.all(chance.some(1 + chance.below(5), async () => await commit(free.splice(0, chance.oneIn(2) ? 1 : 1 + chance.below(4)))))
}
if (Number(session) % 2 === 0) await store.close()
else process.kill(process.pid, 'SIGKILL')
