import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { sqliteStore } from '../index.js'
import type { Change, Collection, Expression, NewRecord, OperationStore, Query } from '../index.js'
import { everything } from '../storage/query/tree.js'

/*
 * How long each kind of read of the SQLite store holds the event loop, and how long it takes.
 *
 *   npm run bench -- long-reads [operations]
 *
 * The file is made anew in the folder for temporary files; 1,000,000 operations, the default, need 1 GB there.
 */

const operations = Number(process.argv[2] ?? 1_000_000)
const calls: Collection = { tenant: 't', owner: 'calls/1' }
const large: Collection = { tenant: 't', owner: 'calls/2' }

/** Ids and instants in different orders, as ids are random. */
function toRecord (n: number, label: string): NewRecord {
  const created = new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString().replace('Z', '0000Z')
  const id = `${(Math.imul(n, 2_654_435_761) >>> 0).toString(36)}-${n}`
  return { id, type: 'microsoft.graph.commsOperation', created, lastAction: created, status: n % 4, text: JSON.stringify({ '@odata.type': '#microsoft.graph.commsOperation', id, label }) }
}

async function fill (store: OperationStore, collection: Collection, count: number, label: string): Promise<void> {
  const size = Math.max(1, Math.min(2_000, Math.floor(10_000_000 / label.length)))
  for (let n = 0; n < count; n += size) {
    const changes = Array.from({ length: Math.min(size, count - n) }, (_, m): Change => ({ kind: 'insert', record: toRecord(n + m, label) }))
    await store.commit(collection, changes)
  }
}

/** What the loop was held for is beyond the pause of the monitor. */
const resolution = 1

async function measure (name: string, read: () => unknown): Promise<void> {
  await delay(20)
  const monitor = monitorEventLoopDelay({ resolution })
  monitor.enable()
  await delay(20)
  monitor.reset()
  // the first tick after a reset is not counted
  await delay(10)
  const start = performance.now()
  const answer = read()
  const where = answer instanceof Promise ? 'thread' : 'loop'
  const outcome = await Promise.resolve(answer).then((found) => Array.isArray(found) ? `${found.length} records` : typeof found === 'number' ? String(found) : 'found', (error: unknown) => (error as Error).name)
  const took = performance.now() - start
  await delay(5)
  monitor.disable()
  const longest = Math.max(0, monitor.max / 1e6 - resolution)
  process.stdout.write(`${name.padEnd(48)} ${where.padEnd(7)} ${longest.toFixed(1).padStart(8)} ms ${took.toFixed(1).padStart(9)} ms  ${outcome}\n`)
}

const label = { kind: 'member', path: ['label'], reading: 'text' } as const
const contains: Expression = { kind: 'call', name: 'contains', operands: [{ kind: 'call', name: 'tolower', operands: [label] }, { kind: 'literal', value: 'y' }] }
const filtered: Query = { ...everything, filter: contains }
const newestFirst: Query = { orderBy: [{ by: { kind: 'column', column: 'created' }, descending: true }] }
const running: Expression = { kind: 'compare', operator: 'eq', left: { kind: 'column', column: 'status' }, right: { kind: 'literal', value: 1 } }
const byLabel: Query = { orderBy: [{ by: label, descending: false }] }

async function main (): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'long-reads-'))
  const store = await sqliteStore({ file: join(dir, 'operations.db') })
  try {
    await fill(store, calls, operations, 'x'.repeat(150))
    await fill(store, large, Math.min(1_001, operations), 'x'.repeat(262_000))
    const { id } = toRecord(Math.floor(operations / 2), '')
    await store.count(calls)
    process.stdout.write(`${operations} operations, and ${Math.min(1_001, operations)} of 256 KiB\n${'read'.padEnd(48)} where   longest block      takes\n`)
    await measure('find', () => store.find({ ...calls, id }))
    await measure('page of 101', () => store.list(calls, everything, { limit: 101, skip: 0 }))
    await measure('page of 101, newest first', () => store.list(calls, newestFirst, { limit: 101, skip: 0 }))
    await measure('page of 1,001', () => store.list(calls, everything, { limit: 1_001, skip: 0 }))
    await measure('page of 101 after 10,000', () => store.list(calls, everything, { limit: 101, skip: 10_000 }))
    await measure('count', () => store.count(calls))
    await measure('count by status', () => store.count(calls, running))
    await measure('count, contains(tolower())', () => store.count(calls, contains))
    await measure('page, contains(tolower()) of nothing', () => store.list(calls, filtered, { limit: 101, skip: 0 }))
    await measure('page, ordered by a member', () => store.list(calls, byLabel, { limit: 101, skip: 0 }))
    await measure('changes, 100', () => store.changes(calls, undefined, 100))
    await measure('changes, 10,000', () => store.changes(calls, undefined, 10_000))
    await measure('page of 101 of 256 KiB each', () => store.list(large, everything, { limit: 101, skip: 0 }))
    await measure('page of 1,001 of 256 KiB each', () => store.list(large, everything, { limit: 1_001, skip: 0 }))
    await measure('page, contains(tolower()) in 256 KiB each', () => store.list(large, filtered, { limit: 101, skip: 0 }))
  } finally {
    await store.close()
    rmSync(dir, { recursive: true })
  }
}

await main()
