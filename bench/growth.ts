import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { postgresStore, sqliteStore } from '../index.js'
import type { Change, Collection, NewRecord, OperationStore, Query } from '../index.js'
import { startPostgres } from '../test/support/postgres.js'

/*
 * How the cost of one call grows with what a collection holds:
 *   npm run bench -- growth [operations…]      default 1000 100000 1000000
 * Every call waits for the one before it, so a row is a latency and no throughput. The sizes are filled one after
 * the other in stores of their own and measured in turns, so that a machine that is slower for a while is so for
 * all of them; the ratio to the first size is what counts. Answers are checked.
 */

const sizes = process.argv.slice(2).map(Number)
if (sizes.length === 0) sizes.push(1_000, 100_000, 1_000_000)
if (sizes.some((size) => !Number.isSafeInteger(size) || size < 200)) throw new Error('sizes are whole numbers from 200 on')

const rounds = 9
const callsPerRound = 40
const collection: Collection = { tenant: 't', owner: 'calls/1' }

/** Operation number `n`: one in a thousand is Running, the others are Completed. */
function toRecord (n: number, progress = 0): NewRecord {
  const created = new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString().replace('Z', '0000Z')
  const status = n % 1_000 === 0 ? 1 : 2
  const id = `op-${n}`
  const text = JSON.stringify({ '@odata.type': '#microsoft.graph.commsOperation', id, clientContext: `client ${n}`, resultInfo: null, status: status === 1 ? 'Running' : 'Completed', createdDateTime: created, progress, note: 'x'.repeat(300) })
  return { id, type: 'microsoft.graph.commsOperation', created, lastAction: created, status, text }
}

async function fill (store: OperationStore, size: number): Promise<void> {
  for (let n = 0; n < size; n += 1_000) {
    const changes = Array.from({ length: Math.min(1_000, size - n) }, (_, offset): Change => ({ kind: 'insert', record: toRecord(n + offset) }))
    if (!(await store.commit(collection, changes)).committed) throw new Error('a change was refused')
  }
}

const newestFirst: Query = { orderBy: [{ by: { kind: 'column', column: 'created' }, descending: true }] }
const running: Query = { filter: { kind: 'compare', operator: 'eq', left: { kind: 'column', column: 'status' }, right: { kind: 'literal', value: 1 } }, orderBy: [] }
const deepPlace = (size: number): readonly string[] => [toRecord(Math.floor(size / 2)).created, `op-${Math.floor(size / 2)}`]

/** What is measured: each call with a record that nobody asked for just before. */
const calls: Readonly<Record<string, (store: OperationStore, size: number, n: number) => Promise<boolean>>> = {
  'find by key': async (store, _size, n) => (await store.find({ ...collection, id: `op-${n}` }))?.id === `op-${n}`,
  'replace by key': async (store, _size, n) => {
    const id = `op-${n}`
    const found = await store.find({ ...collection, id })
    const outcome = await store.commit(collection, [{ kind: 'replace', record: toRecord(n, Math.random()), expectedVersion: found?.version ?? '' }])
    return outcome.committed
  },
  'newest 20': async (store) => (await store.list(collection, newestFirst, { limit: 20, skip: 0 })).length === 20,
  '20 from the middle on': async (store, size) => (await store.list(collection, { orderBy: [] }, { limit: 20, skip: 0, after: deepPlace(size) })).length === 20,
  'first Running ones': async (store) => (await store.list(collection, running, { limit: 20, skip: 0 })).length >= 1,
  'changes, 20 from the start': async (store) => {
    const page = await store.changes(collection, undefined, 20)
    return !page.expired && page.changes.length === 20
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number

async function measure (call: () => Promise<boolean>): Promise<number> {
  const start = performance.now()
  for (let n = 0; n < callsPerRound; n += 1) if (!await call()) throw new Error('a wrong answer')
  return (performance.now() - start) / callsPerRound
}

const ends: Array<() => Promise<void> | void> = []
const folder = mkdtempSync(join(tmpdir(), 'growth-'))
ends.push(() => { rmSync(folder, { recursive: true }) })

async function run (): Promise<void> {
  const server = await startPostgres({ teardown: (end) => ends.push(end) })
  const open = {
    sqlite: async (size: number) => await sqliteStore({ file: join(folder, `${size}.db`) }),
    postgres: async () => await postgresStore({ url: await server.makeDatabase() })
  }
  for (const [kind, make] of Object.entries(open)) {
    const stores = new Map<number, OperationStore>()
    for (const size of sizes) {
      const store = await make(size)
      const start = performance.now()
      await fill(store, size)
      process.stderr.write(`${kind}: ${size} operations in ${Math.round((performance.now() - start) / 1_000)} s\n`)
      stores.set(size, store)
    }
    process.stdout.write(`\n| ${kind}, milliseconds a call | ${sizes.map((size) => size.toLocaleString('en')).join(' | ')} | largest : smallest |\n|---|${sizes.map(() => '---:|').join('')}---:|\n`)
    for (const [name, call] of Object.entries(calls)) {
      const times = new Map<number, number[]>(sizes.map((size) => [size, []]))
      for (let round = 0; round < rounds; round += 1) {
        for (const [size, store] of stores) times.get(size)?.push(await measure(async () => await call(store, size, Math.floor(Math.random() * size))))
      }
      const medians = sizes.map((size) => median(times.get(size) ?? []))
      const ratio = (medians.at(-1) as number) / (medians[0] as number)
      process.stdout.write(`| ${name} | ${medians.map((time) => time.toFixed(3)).join(' | ')} | ${ratio.toFixed(2)} |\n`)
    }
    for (const store of stores.values()) await store.close()
  }
}

try {
  await run()
} finally {
  for (const end of ends.reverse()) await end()
}
