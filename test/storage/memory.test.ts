import { readFileSync } from 'node:fs'
import t from 'tap'
import { memoryStore } from '../../index.js'
import type { OperationStore } from '../../index.js'
import { conformanceCases, storeConformance } from '../../storage/conformance.js'
import * as query from '../../storage/query/index.js'

t.test('memory conforms', async (t) => {
  storeConformance({ test: (name, run) => t.test(name, async (t) => { await run(); t.pass('no assertion failed') }), makeStore: () => memoryStore() })
})

t.test('the suite refuses to skip what is no case', async (t) => {
  t.throws(() => storeConformance({ test: () => undefined, makeStore: () => memoryStore(), skip: { nonsense: 'why not' } }), /nonsense/)
})

t.test('the suite names what it skips and why', async (t) => {
  const names: string[] = []
  const [first = ''] = conformanceCases
  const runs: Array<() => Promise<void>> = []
  storeConformance({ test: (name, run) => { names.push(name); runs.push(run) }, makeStore: () => { throw new Error('not for a skipped case') }, skip: { [first]: 'it has no find' } })
  t.equal(names.length, conformanceCases.length)
  t.equal(names[0], `${first} # SKIP it has no find`)
  await runs[0]?.()
})

t.test('cases that need another store over the same data are skipped where there can be none', async (t) => {
  const skipped = (makePeer?: () => OperationStore): string[] => {
    const names: string[] = []
    storeConformance({ test: (name) => names.push(name), makeStore: () => memoryStore(), ...(makePeer && { makePeer }) })
    return names.filter((name) => name.includes('# SKIP'))
  }
  t.ok(skipped().length > 5 && skipped().every((name) => /^peers: .* # SKIP no makePeer was given$/.test(name)), skipped().join('; '))
  t.strictSame(skipped(memoryStore), [])
})

t.test('the manual for authors names every group of cases and every helper', async (t) => {
  const page = readFileSync(new URL('../../docs/stores.md', import.meta.url), 'utf8')
  const groups = new Set(conformanceCases.map((name) => name.slice(0, name.indexOf(':'))))
  const table = /^\| cases \| hold \|\n(.*?)\n\n/ms.exec(page)?.[1] ?? ''
  t.strictSame([...table.matchAll(/`([^`]+)`(?=[^|]*\|[^|]+\|$)/gm)].map(([, name]) => name).sort(), [...groups].sort())
  const helpers = page.slice(page.indexOf('## Query helpers'))
  for (const name of Object.keys(query)) t.match(helpers, new RegExp(`\`${name}\\b`), name)
})

t.test('the history is bounded, and an old cursor is expired', async (t) => {
  const collection = { tenant: 't', owner: 'calls/1' }
  const store = memoryStore({ keptChanges: 3 })
  const insert = (id: string) => store.commit(collection, [{ kind: 'insert', record: { id, type: 'x', created: 'c', lastAction: '', status: -1, text: '{}' } }])
  const start = await store.changes(collection, undefined, 10)
  t.match(start, { expired: false, changes: [] })
  for (const id of ['a', 'b', 'c', 'd', 'e']) await insert(id)
  const all = await store.changes(collection, undefined, 10)
  t.equal(all.expired ? 0 : all.changes.length, 5, 'trimmed half a history at a time')
  await insert('f')
  const kept = await store.changes(collection, undefined, 10)
  t.strictSame(kept.expired ? [] : kept.changes.map(({ id }) => id), ['d', 'e', 'f'])
  t.strictSame(await store.changes(collection, start.expired ? '' : start.cursor, 10), { expired: true })
})

t.test('a history that keeps nothing is refused', async (t) => {
  for (const keptChanges of [0, -1, 1.5, Number.NaN]) t.throws(() => memoryStore({ keptChanges }), { code: 'OPS_ERR_OPTION' })
})
