import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import type { Test } from 'tap'
import { memoryStore, ScanLimitError, sqliteStore } from '../../index.js'
import type { Change, Collection, NewRecord, OperationRecord, OperationStore } from '../../index.js'
import { parseFilter } from '../../odata/filter.js'
import { parseOrderBy } from '../../odata/orderby.js'
import { SortedRecords } from '../../storage/memory/sorted.js'
import { evaluate } from '../../storage/query/evaluate.js'
import { toSortKey, toTotalOrder } from '../../storage/query/order.js'
import { toCandidates } from '../../storage/query/plan.js'
import type { Scanner } from '../../storage/query/run.js'
import { runList } from '../../storage/query/run.js'
import type { Query, Scalar } from '../../storage/query/tree.js'
import { StoredRecord } from '../../storage/record.js'
import { makeSelects } from '../../storage/sql/select.js'
import type { Statement } from '../../storage/sql/select.js'
import { sqliteDialect } from '../../storage/sqlite/dialect.js'
import { chooseDriver } from '../../storage/sqlite/driver.js'
import type { SqliteDatabase, SqliteStatement } from '../../storage/sqlite/driver.js'
import { configure, migrate } from '../../storage/sqlite/migrations.js'
import { makeRunner } from '../../storage/sqlite/scanner.js'
import { inspectFile } from '../faults/sqlite-file.js'
import { makeChance } from '../support/chance.js'
import type { Chance } from '../support/chance.js'
import type { Ordering } from '../support/filters.js'
import { compareOperations, declared, Import, instants, makeFilter, makeMembers, makeOrdering, meaningOf, texts, toOrderBy, toRecord, toText } from '../support/filters.js'
import { readChanges } from '../support/sqlite.js'
import { makeStoreKinds } from '../support/stores.js'

type Members = ReturnType<typeof makeMembers>

const kinds = makeStoreKinds(t)

/** A store of each kind, empty. */
async function makeStores (t: Test): Promise<Record<keyof typeof kinds, OperationStore>> {
  return { memory: await kinds.memory(t), sqlite: await kinds.sqlite(t), postgres: await kinds.postgres(t) }
}

/** A database as the store opens it. */
async function openDatabase (t: Test): Promise<SqliteDatabase> {
  const { DatabaseSync } = await chooseDriver()
  const database = new DatabaseSync(join(t.testdir(), 'operations.db'))
  t.teardown(() => { database.close() })
  configure(database)
  migrate(database)
  return database
}

const inserts = (records: readonly NewRecord[]): Change[] => records.map((record) => ({ kind: 'insert', record }))

function toQuery (filter: string | undefined, orderBy: string | undefined): Query {
  return {
    filter: filter === undefined ? undefined : parseFilter(filter, Import),
    orderBy: orderBy === undefined || orderBy === '' ? [] : parseOrderBy(orderBy, Import)
  }
}

/** Every page of a query, each beginning after the sort key of the last record before it. */
async function readPages (store: OperationStore, collection: Collection, query: Query, limit: number): Promise<string[]> {
  const ids: string[] = []
  let after: readonly Scalar[] | undefined
  for (;;) {
    const page = await store.list(collection, query, { limit, skip: 0, after })
    ids.push(...page.map(({ id }) => id))
    const last = page.at(-1)
    if (last === undefined || page.length < limit) return ids
    if (ids.length > 1_000) throw new Error(`the pages do not end: ${ids.slice(-10).join()}`)
    after = JSON.parse(JSON.stringify(toSortKey(last, toTotalOrder(query)))) as Scalar[]
  }
}

const ids = (records: readonly OperationRecord[]): string[] => records.map(({ id }) => id)

t.test('random filters and orders over random operations mean the same to every store, and what OData says', async (t) => {
  const stores = await makeStores(t)
  const seen = { filters: 0, matches: 0, unknown: 0 }
  await fc.assert(fc.asyncProperty(fc.integer(), async (seed) => {
    const chance = makeChance(seed)
    const collection = { tenant: `t${seen.filters}`, owner: `calls/${seed}` }
    const operations: Members[] = chance.some(16, () => 0).map((_, n) => makeMembers(chance, `${chance.pick(['a', 'A', 'b-', '_'])}${n}`))
    for (const store of Object.values(stores)) await store.commit(collection, inserts(operations.map(toRecord)))
    const records = operations.map((operation) => new StoredRecord(toRecord(operation), 'v'))
    const checks: Array<Promise<void>> = []
    for (let round = 0; round < 20; round += 1) {
      const meaning = makeFilter(chance)
      const text = toText(meaning)
      if (text.length > 2_048) continue
      const ordering = makeOrdering(chance)
      const query = toQuery(text, toOrderBy(ordering))
      const where = `seed ${seed}: $filter=${text}&$orderby=${toOrderBy(ordering)}`

      const meant = operations.map((operation) => meaningOf(meaning, operation))
      const evaluated = records.map((record) => evaluate(query.filter!, record))
      for (const [index, value] of meant.entries()) {
        if (value !== evaluated[index]) throw new Error(`${where}: ${String(evaluated[index])} instead of ${String(value)} for ${JSON.stringify(operations[index])}`)
      }
      const expected = operations.filter((_, index) => meant[index] === true).sort((a, b) => compareOperations(a, b, ordering)).map(({ id }) => id as string)
      seen.filters += 1
      seen.matches += expected.length
      seen.unknown += meant.filter((value) => value === null).length

      const [limit, skip, size] = [1 + chance.below(25), chance.below(5), 1 + chance.below(7)]
      checks.push(...Object.entries(stores).map(async ([name, store]) => {
        const all = ids(await store.list(collection, query, { limit: 100, skip: 0 }))
        const part = ids(await store.list(collection, query, { limit, skip }))
        const pages = await readPages(store, collection, query, size)
        const count = await store.count(collection, query.filter)
        const found = JSON.stringify([all, part, pages, count])
        const wanted = JSON.stringify([expected, expected.slice(skip, skip + limit), expected, expected.length])
        if (found !== wanted) throw new Error(`${where} (limit ${limit}, skip ${skip}, pages of ${size}): ${name} answered ${found} instead of ${wanted}`)
      }))
    }
    await Promise.all(checks)
  }), { numRuns: 45, endOnFailure: true, includeErrorInReport: true })
  t.ok(seen.filters > 800, `${seen.filters} filters`)
  t.ok(seen.matches > seen.filters && seen.unknown > seen.filters / 2, `${seen.matches} operations matched, for ${seen.unknown} it was not known`)
})

/** Numbers that fit a page of their own: 0.1 µs apart from 2020 on. */
const toInstant = (n: number): string => `2020-01-01T00:00:00.${String(n).padStart(7, '0')}Z`

/** An operation whose every indexed column can be chosen. */
function toMembers (id: string, members: Record<string, unknown> = {}): Members {
  return JSON.parse(JSON.stringify({
    '@odata.type': '#contoso.importOperation', id, createdDateTime: instants[0], lastActionDateTime: null, status: null, label: null, size: null, urgent: null, due: null, priority: null, detail: null, tags: [], ...members
  })) as Members
}

t.test('conditions in conditions stay small, whatever they are nested in', async (t) => {
  const stores = await makeStores(t)
  const collection = { tenant: 't', owner: 'calls/1' }
  for (const store of Object.values(stores)) await store.commit(collection, inserts([toRecord(toMembers('a', { x: true, y: null })), toRecord(toMembers('b', { x: false }))]))
  const nested = (wrap: (inner: string) => string, levels: number): string => levels === 0 ? 'x' : wrap(nested(wrap, levels - 1))
  const filters: Array<[string, string[]]> = [
    [nested((inner) => `(x and ${inner}) ge x`, 14), ['a', 'b']],
    [nested((inner) => `x le (x and ${inner})`, 14), ['a', 'b']],
    [nested((inner) => `(y and ${inner}) in (true,null)`, 14), ['a']],
    [nested((inner) => `(x and ${inner}) in (true,null)`, 14), ['a']],
    [`true${' ge true'.repeat(49)}`, ['a', 'b']],
    [`true${' eq true'.repeat(49)}`, ['a', 'b']]
  ]
  for (const [text, expected] of filters) {
    const filter = parseFilter(text, Import)
    for (const [name, store] of Object.entries(stores)) t.strictSame(ids(await store.list(collection, { filter, orderBy: [] }, { limit: 9, skip: 0 })), expected, `${name}: ${text.slice(0, 60)}`)
    const [candidate] = toCandidates({ filter, orderBy: [] })
    const { sql } = makeSelects(sqliteDialect, collection).count(candidate!.range, candidate!.residual)
    t.ok(sql.length < 8_000, `${sql.length} characters of SQL`)
  }
})

t.test('numbers that a driver takes for nothing are compared as they are', async (t) => {
  const stores = await makeStores(t)
  const collection = { tenant: 't', owner: 'calls/1' }
  const sizes = [0, 5e-324, 1e-300, 1e-17, 2.220446049250313e-16, 2.3e-16, -5e-324, -1e-17]
  for (const store of Object.values(stores)) await store.commit(collection, inserts(sizes.map((size, n) => toRecord(toMembers(`${n}`, { size })))))
  for (const size of sizes) {
    for (const [name, store] of Object.entries(stores)) {
      t.equal(await store.count(collection, parseFilter(`size eq ${size}`, Import)), 1, `${name}: eq ${size}`)
      t.equal(await store.count(collection, parseFilter(`size lt ${size}`, Import)), sizes.filter((other) => other < size).length, `${name}: lt ${size}`)
    }
  }
  for (const [name, store] of Object.entries(stores)) t.strictSame(await readPages(store, collection, toQuery(undefined, 'size'), 1), ['7', '6', '0', '1', '2', '3', '4', '5'], name)
})

t.test('what a filter says stays what it says: names and literals are never SQL', async (t) => {
  const stores = await makeStores(t)
  const collection = { tenant: "t'; DROP TABLE operations; --", owner: "calls/1' OR '1'='1" }
  const hostile = ["'; DROP TABLE operations; --", "' OR 1=1 --", '?1', '$.x', '"', '%', '_', "$.label' || '", ') OR (1=1', '\\', '\u2028']
  for (const store of Object.values(stores)) {
    await store.commit(collection, inserts(hostile.map((label, n) => toRecord(toMembers(`${n}`, { label, x: label })))))
    for (const [n, label] of hostile.entries()) {
      const literal = `'${label.replaceAll("'", "''")}'`
      for (const text of [`label eq ${literal}`, `x eq ${literal}`, `x in (${literal},${literal})`, `startswith(label,${literal}) and endswith(x,${literal})`]) {
        t.strictSame(ids(await store.list(collection, toQuery(text, 'label desc'), { limit: 99, skip: 0 })), [`${n}`], `label ${n}`)
      }
    }
    t.equal(await store.count(collection), hostile.length)
    t.equal(await store.count({ ...collection, owner: 'calls/1' }, parseFilter("contains(label,'')", Import)), 0)
  }
  for (const name of ["x'", 'x"', 'x)', 'x;', 'x--', 'x$', 'x[0]', 'x.y', '"x"', 'x#', '$.x', '?1']) {
    t.throws(() => parseFilter(`${name} eq 'a'`, Import), { code: 'invalidRequest' }, name)
    t.throws(() => parseOrderBy(name, Import), { code: 'invalidRequest' }, name)
  }
  t.equal(await stores.sqlite.count(collection, parseFilter(`${'x/'.repeat(15)}x eq 'a'`, Import)), 0, 'a path as long as it may be')
})

t.test('text is ordered by code point and by its first 256 characters, null below everything, ties by creation and id', async (t) => {
  const stores = await makeStores(t)
  const collection = { tenant: 't', owner: 'calls/1' }
  const labels = [null, '', 'Z', 'a', 'é', '\ue000', '\uffff', '😀', '\u{10ffff}', 'ü'.repeat(256), `${'ü'.repeat(256)}b`, `${'ü'.repeat(256)}a`, `${'😀'.repeat(256)}b`, `${'😀'.repeat(256)}a`, `${'😀'.repeat(255)}z`]
  const records = labels.map((label, n) => toRecord(toMembers(`id-${String(n).padStart(2, '0')}`, { label })))
  const order = [0, 1, 2, 3, 4, 9, 10, 11, 5, 6, 7, 14, 12, 13, 8]
  // 255 smileys and a z are above smileys alone until the 256th, which is above a z
  const ascending = [...labels.keys()].sort((a, b) => compareOperations(toMembers(records[a]!.id, { label: labels[a] }), toMembers(records[b]!.id, { label: labels[b] }), [{ path: 'label', descending: false }]))
  t.strictSame(ascending, order)
  for (const [name, store] of Object.entries(stores)) {
    await store.commit(collection, inserts([...records].reverse()))
    for (const size of [1, 4, 100]) {
      t.strictSame((await readPages(store, collection, toQuery(undefined, 'label'), size)), order.map((n) => records[n]!.id), `${name}, pages of ${size}`)
      t.strictSame((await readPages(store, collection, toQuery(undefined, 'label desc'), size)), order.map((n) => records[n]!.id).reverse(), `${name} backwards, pages of ${size}`)
    }
  }
})

/** Changes a random operation in a random way; `kept` loses those whose place may be another one afterwards. */
function makeChange (chance: Chance, present: Map<string, Members>, kept: Set<string>, fresh: () => string): { id: string, members: Members | undefined } {
  const known = [...present.keys()]
  const id = known.length === 0 || chance.oneIn(3) ? fresh() : chance.pick(known)
  const before = present.get(id)
  if (before !== undefined && chance.oneIn(3)) {
    kept.delete(id)
    return { id, members: undefined }
  }
  if (before === undefined) return { id, members: makeMembers(chance, id) }
  // a change that keeps every property an order or the filter looks at
  if (chance.oneIn(2)) return { id, members: { ...before, note: chance.below(1_000) } }
  kept.delete(id)
  return { id, members: makeMembers(chance, id) }
}

async function applyChange (stores: readonly OperationStore[], collection: Collection, { id, members }: ReturnType<typeof makeChange>): Promise<void> {
  for (const store of stores) {
    const found = await store.find({ ...collection, id })
    const change: Change = members === undefined
      ? { kind: 'remove', id }
      : found === undefined ? { kind: 'insert', record: toRecord(members) } : { kind: 'replace', record: toRecord(members), expectedVersion: found.version }
    const outcome = await store.commit(collection, [change])
    if (!outcome.committed) throw new Error(outcome.reason)
  }
}

t.test('pages show every operation that keeps its place exactly once, while others come, go and change', async (t) => {
  const stores = await makeStores(t)
  const orderings: Ordering[][] = [[], ...Object.keys(declared).flatMap((path) => [[{ path, descending: false }], [{ path, descending: true }]]), [{ path: 'status', descending: true }, { path: 'label', descending: false }], [{ path: 'urgent', descending: false }, { path: 'createdDateTime', descending: true }]]
  const filters = [undefined, "status eq 'Running'", "status ge 'Running'", `createdDateTime ge ${instants[6]!}`, `createdDateTime lt ${instants[0]!}`, `lastActionDateTime gt ${instants[9]!} and lastActionDateTime le ${instants[5]!}`, "status eq 'Failed' and createdDateTime gt 2017-01-01T00:00:00Z", 'lastActionDateTime eq null', "contains(label,'a') or size gt 0", "id gt 'op-3'"]
  let runs = 0
  await fc.assert(fc.asyncProperty(fc.integer(), async (seed) => {
    const chance = makeChance(seed)
    const collection = { tenant: 't', owner: `calls/${runs}` }
    const ordering = orderings[runs % orderings.length]!
    const filter = chance.pick(filters)
    const query = toQuery(filter, toOrderBy(ordering))
    const present = new Map<string, Members>()
    let last = 0
    const fresh = (): string => `op-${last += 1}`
    for (let n = 0; n < 15; n += 1) {
      const id = fresh()
      present.set(id, makeMembers(chance, id))
    }
    for (const store of Object.values(stores)) await store.commit(collection, inserts([...present.values()].map(toRecord)))
    const matching = ids(await stores.memory.list(collection, query, { limit: 1_000, skip: 0 }))
    const kept = new Set(matching)
    const seen: Record<string, string[]> = { memory: [], sqlite: [], postgres: [] }
    const places: Record<string, readonly Scalar[] | undefined | 'end'> = { memory: undefined, sqlite: undefined, postgres: undefined }
    const size = 1 + chance.below(4)
    for (let pages = 0; Object.values(places).some((place) => place !== 'end'); pages += 1) {
      for (const [name, store] of Object.entries(stores)) {
        const place = places[name]
        if (place === 'end') continue
        const page = await store.list(collection, query, { limit: size, skip: 0, after: place })
        seen[name]!.push(...ids(page))
        places[name] = page.length < size ? 'end' : toSortKey(page.at(-1)!, toTotalOrder(query))
      }
      // changes end, so that pages do
      for (let n = chance.below(4); n > 0 && pages < 20; n -= 1) {
        const change = makeChange(chance, present, kept, fresh)
        if (change.members === undefined) present.delete(change.id)
        else present.set(change.id, change.members)
        await applyChange(Object.values(stores), collection, change)
      }
    }
    const where = `seed ${seed}, order ${toOrderBy(ordering)}, filter ${String(filter)}, pages of ${size}`
    for (const name of Object.keys(stores)) {
      for (const id of kept) {
        const times = seen[name]!.filter((one) => one === id).length
        if (times !== 1) throw new Error(`${where}: ${name} showed ${id} ${times} times`)
      }
      const stable = matching.filter((id) => kept.has(id))
      const shown = seen[name]!.filter((id) => kept.has(id))
      if (stable.join() !== shown.join()) throw new Error(`${where}: ${name} showed ${shown.join()} instead of ${stable.join()}`)
    }
    for (const name of ['sqlite', 'postgres']) if (seen['memory']!.join() !== seen[name]!.join()) throw new Error(`${where}: ${seen['memory']!.join()} and ${name} ${seen[name]!.join()}`)
    runs += 1
  }), { numRuns: orderings.length * 4, endOnFailure: true, includeErrorInReport: true })
  t.equal(runs, orderings.length * 4)
})

/** A query that an index serves from its first page to its last. */
const served: Array<[filter: string | undefined, orderBy: string]> = [
  ...[undefined, 'createdDateTime ge 2020-01-01T00:00:00Z', 'createdDateTime gt 2020-01-01T00:00:00Z and createdDateTime le 2020-01-01T00:00:00.9999999Z', 'createdDateTime lt 2021-01-01T00:00:00Z'].flatMap((filter): Array<[string | undefined, string]> => [[filter, ''], [filter, 'createdDateTime desc'], [filter, 'createdDateTime,id']]),
  ...[undefined, 'lastActionDateTime ge 2020-01-01T00:00:00Z', 'lastActionDateTime lt 2021-01-01T00:00:00Z', 'lastActionDateTime ge 2019-01-01T00:00:00Z and lastActionDateTime lt 2021-01-01T00:00:00Z'].flatMap((filter): Array<[string | undefined, string]> => [[filter, 'lastActionDateTime'], [filter, 'lastActionDateTime desc']]),
  ...[undefined, "status ge 'Running'", "status le 'Running'"].flatMap((filter): Array<[string | undefined, string]> => [[filter, 'status'], [filter, 'status desc']]),
  ["status eq 'Running'", ''], ["status eq 'Running'", 'createdDateTime desc'], ["'Running' eq status and createdDateTime gt 2020-01-01T00:00:00Z", ''], ["status eq 'Running' and createdDateTime lt 2021-01-01T00:00:00Z", 'status desc,createdDateTime desc'],
  ['lastActionDateTime eq null', 'createdDateTime desc'], ['lastActionDateTime eq 2020-01-01T00:00:00Z', ''],
  ...[undefined, "id ge 'op-00000'", "id lt 'op-99999'"].flatMap((filter): Array<[string | undefined, string]> => [[filter, 'id'], [filter, 'id desc']])
]

/** The statement behind a page of such a query, and the records it is about. */
function toServed (filter: string | undefined, orderBy: string): { query: Query, walk: (after: readonly Scalar[] | undefined) => Statement } {
  const query = toQuery(filter, orderBy)
  const total = toTotalOrder(query)
  const candidate = toCandidates(query).find(({ isOrdered, residual }) => isOrdered && residual === undefined)
  if (candidate === undefined) throw new Error(`no index serves ${String(filter)} by ${orderBy}`)
  return { query, walk: (after) => makeSelects(sqliteDialect, { tenant: 't', owner: 'calls/1' }).walk(candidate, total, { limit: 10, skip: 0, after }, undefined) }
}

const many: NewRecord[] = Array.from({ length: 3_000 }, (_, n) => toRecord(toMembers(`op-${String(n).padStart(5, '0')}`, {
  createdDateTime: toInstant(n), lastActionDateTime: n % 5 === 0 ? null : n % 5 === 1 ? toInstant(0) : toInstant(n * 7919 % 3_000), status: ['Running', 'Running', 'Completed', null][n % 4]
})))

t.test('where an index serves, the last page costs what the first one costs', async (t) => {
  const database = await openDatabase(t)
  let stepped = 0
  database.function('step', { deterministic: false }, () => { stepped += 1; return 1 })
  const insert = database.prepare('INSERT INTO operations (collection, id, type, created, last_action, status, text, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  database.exec("BEGIN; INSERT INTO collections (tenant, owner) VALUES ('t', 'calls/1')")
  for (const { id, type, created, lastAction, status, text } of many) insert.run(1, id, type, created, lastAction, status, text, 'v')
  database.exec('COMMIT')
  const memory = memoryStore()
  const collection = { tenant: 't', owner: 'calls/1' }
  await memory.commit(collection, inserts(many))

  let read = 0
  const descriptor = Object.getOwnPropertyDescriptor(SortedRecords.prototype, 'readFrom')!
  const readFrom = descriptor.value as SortedRecords['readFrom']
  Object.defineProperty(SortedRecords.prototype, 'readFrom', {
    ...descriptor,
    value (this: SortedRecords, ...place: Parameters<SortedRecords['readFrom']>) {
      const next = readFrom.apply(this, place)
      return () => { read += 1; return next() }
    }
  })
  t.teardown(() => { Object.defineProperty(SortedRecords.prototype, 'readFrom', descriptor) })

  for (const [filter, orderBy] of served) {
    const where = `${filter ?? 'everything'} by ${orderBy === '' ? 'creation' : orderBy}`
    const { query, walk } = toServed(filter, orderBy)
    const total = toTotalOrder(query)
    const all = await memory.list(collection, query, { limit: 5_000, skip: 0 })
    t.ok(all.length > 500, `${where}: ${all.length} records`)
    for (const position of [undefined, Math.floor(all.length / 2), all.length - 11]) {
      const after = position === undefined ? undefined : toSortKey(all[position]!, total)
      const expected = all.slice(position === undefined ? 0 : position + 1).slice(0, 10).map(({ id }) => id)

      const { sql, parameters } = walk(after)
      const plan = (database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters) as Array<{ detail: string }>).map(({ detail }) => detail)
      t.match(plan, [/^SEARCH operations USING (?:INDEX operations_by_\w+|PRIMARY KEY) \(collection=\?/, /^SCALAR SUBQUERY/, /^SEARCH collections USING COVERING INDEX .*\(tenant=\? AND owner=\?\)$/], where)
      t.equal(plan.length, 3, `${where}: ${plan.join('; ')}`)
      stepped = 0
      const counting = sql.replace(' WHERE ', ' WHERE step() AND ')
      const rows = database.prepare(counting).all(...parameters) as Array<{ id: string }>
      t.strictSame(rows.map(({ id }) => id), expected)
      t.ok(stepped <= 12, `${where} after ${String(position)}: ${stepped} rows read by SQLite`)

      read = 0
      t.strictSame(ids(await memory.list(collection, query, { limit: 10, skip: 0, after })), expected)
      t.equal(read, 10, `${where} after ${String(position)}: by memory`)
    }
  }
})

t.test('a sort key from outside a range changes nothing in it', async (t) => {
  const stores = await makeStores(t)
  const collection = { tenant: 't', owner: 'calls/1' }
  const records = many.slice(0, 40)
  for (const store of Object.values(stores)) await store.commit(collection, inserts(records))
  for (const [filter, orderBy, from, expected] of [
    [`createdDateTime ge ${toInstant(10)} and createdDateTime lt ${toInstant(20)}`, '', 5, 10], [`createdDateTime gt ${toInstant(10)} and createdDateTime lt ${toInstant(20)}`, '', 10, 9],
    [`createdDateTime ge ${toInstant(10)} and createdDateTime lt ${toInstant(20)}`, '', 10, 9], [`createdDateTime ge ${toInstant(10)} and createdDateTime lt ${toInstant(20)}`, '', 30, 0],
    [`createdDateTime ge ${toInstant(10)} and createdDateTime le ${toInstant(20)}`, 'createdDateTime desc', 30, 11], [`createdDateTime ge ${toInstant(10)} and createdDateTime le ${toInstant(20)}`, 'createdDateTime desc', 20, 10],
    [`createdDateTime ge ${toInstant(10)} and createdDateTime lt ${toInstant(20)}`, 'createdDateTime desc', 20, 10], [`createdDateTime ge ${toInstant(10)} and createdDateTime le ${toInstant(20)}`, 'createdDateTime desc', 5, 0]
  ] as const) {
    const query = toQuery(filter, orderBy)
    const after = toSortKey(new StoredRecord(records[from]!, 'v'), toTotalOrder(query))
    for (const [name, store] of Object.entries(stores)) t.equal((await store.list(collection, query, { limit: 99, skip: 0, after })).length, expected, `${name}: ${filter} ${orderBy} after ${from}`)
  }
  const one = toQuery(`status eq 'Running' and createdDateTime eq ${toInstant(0)} and id eq 'op-00000'`, 'createdDateTime desc')
  for (const store of Object.values(stores)) {
    const [only, ...more] = await store.list(collection, one, { limit: 9, skip: 0 })
    t.equal(only?.id, 'op-00000')
    t.strictSame(more, [])
    t.strictSame(await store.list(collection, one, { limit: 9, skip: 0, after: toSortKey(only!, toTotalOrder(one)) }), [], 'nothing comes after the only one')
  }
})

t.test('several bounds of one column: the tighter ones count, and what contradicts itself is empty', async (t) => {
  const stores = await makeStores(t)
  const collection = { tenant: 't', owner: 'calls/1' }
  for (const store of Object.values(stores)) await store.commit(collection, inserts(many.slice(0, 40)))
  const [five, ten, twenty] = [5, 10, 20].map(toInstant)
  for (const [filter, expected] of [
    [`createdDateTime ge ${ten!} and createdDateTime gt ${ten!}`, 29], [`createdDateTime gt ${ten!} and createdDateTime ge ${ten!}`, 29], [`createdDateTime le ${ten!} and createdDateTime lt ${ten!}`, 10], [`createdDateTime lt ${ten!} and createdDateTime le ${ten!}`, 10],
    [`createdDateTime ge ${five!} and createdDateTime ge ${ten!}`, 30], [`createdDateTime ge ${ten!} and createdDateTime ge ${five!}`, 30], [`createdDateTime lt ${twenty!} and createdDateTime lt ${ten!}`, 10], [`createdDateTime lt ${ten!} and createdDateTime lt ${twenty!}`, 10],
    [`createdDateTime gt ${twenty!} and createdDateTime lt ${ten!}`, 0], [`createdDateTime gt ${ten!} and createdDateTime lt ${ten!}`, 0], [`createdDateTime ge ${ten!} and createdDateTime le ${ten!}`, 1], [`createdDateTime eq ${ten!} and createdDateTime gt ${ten!}`, 0], [`createdDateTime eq ${ten!} and createdDateTime eq ${five!}`, 0],
    [`(createdDateTime ge ${five!} and createdDateTime lt ${twenty!}) and status ne null`, 11], [`${ten!} lt createdDateTime and ${twenty!} ge createdDateTime`, 10], [`createdDateTime in (${five!},${ten!}) and createdDateTime gt ${five!}`, 1], ["status in ('Running') and status lt 'Completed'", 20], ["status in ('Running',null)", 30], ['size in (null)', 40]
  ] as const) {
    const query = toQuery(filter, '')
    for (const [name, store] of Object.entries(stores)) {
      t.equal(await store.count(collection, query.filter), expected, `${name}: ${filter}`)
      t.equal((await store.list(collection, query, { limit: 99, skip: 0 })).length, expected)
      t.equal((await readPages(store, collection, query, 3)).length, expected)
      t.equal((await readPages(store, collection, toQuery(filter, 'createdDateTime desc'), 3)).length, expected)
    }
  }
  const impossible: Query = { filter: { kind: 'compare', operator: 'eq', left: { kind: 'column', column: 'created' }, right: { kind: 'literal', value: true } }, orderBy: [] }
  t.ok(toCandidates(impossible).every(({ residual }) => residual === impossible.filter), 'no column is a boolean, and no index is asked for one')
})

t.test('what no index serves is read up to 10,000 records, by both stores alike', async (t) => {
  const stores = await makeStores(t)
  const collection = { tenant: 't', owner: 'calls/1' }
  const records = Array.from({ length: 10_001 }, (_, n) => toRecord(toMembers(`op-${String(n).padStart(5, '0')}`, { createdDateTime: toInstant(n), status: n < 50 ? 'Running' : 'Failed', label: `${n % 7}` })))
  const answerOf = async (run: () => unknown): Promise<unknown> => {
    try {
      const found = await run() as number | readonly OperationRecord[]
      return typeof found === 'number' ? found : found.length
    } catch (error) {
      return error instanceof ScanLimitError ? `limit ${error.limit}: ${error.message}` : error
    }
  }
  const refused = 'limit 10000: the query would read more than 10000 records'
  const list = (filter: string | undefined, orderBy: string, limit = 5, skip = 0) => (store: OperationStore) => store.list(collection, toQuery(filter, orderBy), { limit, skip })
  const count = (filter: string) => (store: OperationStore) => store.count(collection, parseFilter(filter, Import))
  const cases: Array<[name: string, run: (store: OperationStore) => unknown, at10000: unknown, at10001: unknown]> = [
    ['an order without an index', list(undefined, 'label'), 5, refused],
    ['an order that mixes directions', list(undefined, 'createdDateTime desc,id'), 5, refused],
    ['a filter without an index that matches nothing', list("label eq 'x'", ''), 0, refused],
    ['a filter without an index that fills the page early', list("label eq '3'", ''), 5, 5],
    ['a filter without an index that fills the page late', list("startswith(id,'op-0999')", '', 10), 10, 10],
    ['a filter without an index that does not fill the page', list("startswith(id,'op-0999')", '', 11), 10, refused],
    ['a filter without an index with a long skip', list("label eq '3'", '', 5, 1_420), 5, 5],
    ['a count without an index', count("label eq '3'"), 1_429, refused],
    ['a count that an index serves', count("status ge 'NotStarted'"), 10_000, 10_001],
    ['a count of a small range', count("status eq 'Running' and label eq '3'"), 7, 7],
    ['a small range in an order without an index', list("status eq 'Running'", 'label', 99), 50, 50],
    ['a small range and a filter that matches nothing, in an order without an index', list("status eq 'Running' and label eq 'x'", 'lastActionDateTime', 99), 0, 0],
    ['a small range of an index that does not give the order, which a walk would not find in time', list("status eq 'Running' and label eq 'x'", 'id'), 0, 0],
    ['a range that is too large in an order without an index', list("status ge 'NotStarted'", 'label'), 5, refused],
    ['a list of in', list("id in ('op-00001','op-00003')", 'label'), 2, 2],
    ['a wide list of in', list("id in ('op-00000','op-10000')", 'label'), 1, refused],
    ['everything by an index', list(undefined, 'createdDateTime desc', 5, 9_999), 1, 2]
  ]
  for (const [size, expectedOf] of [[10_000, 2], [10_001, 3]] as const) {
    for (const [name, store] of Object.entries(stores)) {
      await store.commit(collection, inserts(size === 10_000 ? records.slice(0, 10_000) : records.slice(10_000)))
      for (const one of cases) t.equal(await answerOf(async () => await one[1](store)), one[expectedOf], `${name}, ${size} records: ${one[0]}`)
    }
  }
})

t.test('a long filter is checked of fewer records, by both stores alike', async (t) => {
  const stores = await makeStores(t)
  const collection = { tenant: 't', owner: 'calls/1' }
  const records = Array.from({ length: 2_501 }, (_, n) => toRecord(toMembers(`op-${n}`, { label: 'a' })))
  // 48 terms: 10,000 * 12 / 48
  const filter = `${Array.from({ length: 15 }, () => "contains(label,'x')").join(' or ')} or x or y`
  const refusal = new ScanLimitError(2_500)
  for (const store of Object.values(stores)) {
    await store.commit(collection, inserts(records.slice(0, 2_500)))
    t.strictSame(await store.list(collection, toQuery(filter, undefined), { limit: 5, skip: 0 }), [])
    t.equal(await store.count(collection, parseFilter(filter, Import)), 0)
    await store.commit(collection, inserts(records.slice(2_500)))
    await t.rejects(async () => await store.list(collection, toQuery(filter, undefined), { limit: 5, skip: 0 }), refusal)
    await t.rejects(async () => await store.list(collection, toQuery(filter, 'label'), { limit: 5, skip: 0 }), refusal)
    await t.rejects(async () => await store.count(collection, parseFilter(filter, Import)), refusal)
  }
})

t.test('a range that is small is sorted, and a key is looked up, before another index is followed', async (t) => {
  const ways: string[] = []
  const scanner = (size: number): Scanner => ({
    walk: ({ range }) => { ways.push(`walk ${range.index}`); return [] },
    sort: ({ range }) => { ways.push(`sort ${range.index}`); return [] },
    hasMoreThan: (_range, records) => size > records,
    count: () => 0
  })
  const wayOf = (filter: string, orderBy: string | undefined, size: number): string => {
    ways.length = 0
    void runList(scanner(size), toQuery(filter, orderBy), { limit: 5, skip: 0 })
    return ways.join()
  }
  t.equal(wayOf("id eq 'a'", undefined, 5_000), 'walk id')
  t.equal(wayOf("id eq 'a'", 'label desc', 5_000), 'walk id')
  t.equal(wayOf("id eq 'a' and label eq 'b'", 'status', 1), 'walk id')
  t.equal(wayOf("status in ('Failed','Running')", undefined, 1_000), 'sort status')
  t.equal(wayOf("status in ('Failed','Running')", undefined, 1_001), 'walk created')
  t.equal(wayOf('lastActionDateTime ge 2026-01-01T00:00:00Z', undefined, 1_000), 'sort lastAction')
  t.equal(wayOf("label eq 'b'", undefined, 1), 'walk created')
})

t.test('statements of queries stay compiled, the last 64 of them', async (t) => {
  const prepared: string[] = []
  const database = {
    prepare (sql: string): SqliteStatement {
      prepared.push(sql)
      return { run: () => ({ lastInsertRowid: 0 }), get: () => undefined, all: (...parameters) => [sql, ...parameters], iterate: () => [] }
    }
  } as unknown as SqliteDatabase
  const run = makeRunner(database)
  const use = (n: number): unknown[] => run({ sql: `SELECT ${n}`, parameters: [n] })
  for (let n = 0; n < 64; n += 1) t.strictSame(use(n), [`SELECT ${n}`, n])
  for (let n = 0; n < 64; n += 1) use(n)
  t.equal(prepared.length, 64, 'each once')
  use(0)
  use(64)
  use(0)
  t.equal(prepared.length, 65, 'what was used last is kept')
  use(1)
  t.equal(prepared.length, 66, 'what was used longest ago is not')
})

t.test('a file of the first format is brought to the newest one, and keeps everything', async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const { DatabaseSync } = await chooseDriver()
  const old = new DatabaseSync(file)
  // what the first released format was made of
  old.exec(`
    CREATE TABLE operations (tenant TEXT NOT NULL, owner TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, created TEXT NOT NULL, version TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (tenant, owner, id)) STRICT, WITHOUT ROWID;
    CREATE INDEX operations_by_created ON operations (tenant, owner, created, id);
    CREATE TABLE changes (sequence INTEGER PRIMARY KEY, tenant TEXT NOT NULL, owner TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, version TEXT NOT NULL) STRICT;
    CREATE INDEX changes_by_collection ON changes (tenant, owner, sequence);
    CREATE TABLE about (mark TEXT NOT NULL) STRICT;
    INSERT INTO about VALUES ('0123456789ab');
    PRAGMA application_id=1869640497;
    PRAGMA user_version=1;
  `)
  const created = '2020-01-01T00:00:00.0000000Z'
  const members: Array<Record<string, unknown>> = [
    { id: 'a', status: 'Running', lastActionDateTime: '2016-12-31T23:57:13.8078619+03:00' }, { id: 'b', status: 'NotStarted', lastActionDateTime: null }, { id: 'c', status: null },
    { id: 'd' }, { id: 'e', status: 'Completed' }, { id: 'f', status: 'Failed', lastActionDateTime: 'yesterday' }, { id: 'g', status: 'other', lastActionDateTime: 5 }, { id: 'h', status: 2, lastActionDateTime: { x: 1 } }
  ]
  const texts = members.map((one) => JSON.stringify({ '@odata.type': '#contoso.importOperation', ...one }))
  for (const [n, one] of members.entries()) {
    old.prepare('INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?, ?)').run('t', 'calls/1', one['id'] as string, 'contoso.importOperation', created, `v${n}`, texts[n]!)
    old.prepare('INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?)').run(n + 1, 't', 'calls/1', one['id'] as string, 'inserted', `v${n}`)
  }
  // of other collections: one that has an operation, and one that has but a history
  for (const [n, [tenant, owner, kind]] of ([['t', 'calls/2', 'inserted'], ['u', 'calls/1', 'removed']] as const).entries()) {
    if (kind === 'inserted') old.prepare('INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?, ?)').run(tenant, owner, 'a', 'contoso.importOperation', created, 'v9', texts[3]!)
    old.prepare('INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?)').run(members.length + n + 1, tenant, owner, 'a', kind, `v${9 + n}`)
  }
  old.close()

  const collection = { tenant: 't', owner: 'calls/1' }
  const store = await sqliteStore({ file })
  const expected: Array<[string, number]> = [['2016-12-31T20:57:13.8078619Z', 1], ['', 0], ['', -1], ['', -1], ['', 2], ['', 3], ['', -1], ['', -1]]
  const records = await store.list(collection, { orderBy: [] }, { limit: 99, skip: 0 })
  t.strictSame(records.map(({ lastAction, status }) => [lastAction, status]), expected)
  t.strictSame(records.map(({ text, version, created, type }) => [text, version, created, type]), texts.map((text, n) => [text, `v${n}`, created, 'contoso.importOperation']))
  t.strictSame(ids(await store.list(collection, toQuery("status ge 'Running'", 'lastActionDateTime desc'), { limit: 99, skip: 0 })), ['a', 'f', 'e'])
  const history = await store.changes(collection, undefined, 99)
  t.equal(history.expired ? 0 : history.changes.length, members.length)
  for (const [tenant, owner, count, kind] of [['t', 'calls/2', 1, 'inserted'], ['u', 'calls/1', 0, 'removed'], ['u', 'calls/2', 0, undefined]] as const) {
    t.equal(await store.count({ tenant, owner }), count, `${tenant} ${owner}`)
    t.strictSame((await readChanges(store, undefined, { tenant, owner })).changes.map((change) => change.kind), kind === undefined ? [] : [kind])
  }
  t.equal((await store.find({ tenant: 't', owner: 'calls/2', id: 'a' }))?.version, 'v9')
  t.match(store.secret, /^[0-9a-f]{64}$/)
  await store.close()
  t.strictSame(await inspectFile(file), [])
  const again = await sqliteStore({ file })
  t.teardown(async () => { await again.close() })
  t.equal(again.secret, store.secret, 'the secret stays')
  t.equal(await again.count(collection), members.length)
})

t.test('texts that stores might take for something else are found by themselves', async (t) => {
  const stores = await makeStores(t)
  const collection = { tenant: 't', owner: 'calls/1' }
  const different = [...new Set(texts)]
  for (const [name, store] of Object.entries(stores)) {
    await store.commit(collection, inserts(different.map((label, n) => toRecord(toMembers(`${n}`, { label })))))
    for (const [n, label] of different.entries()) t.strictSame(ids(await store.list(collection, toQuery(`label eq '${label.replaceAll("'", "''")}'`, ''), { limit: 99, skip: 0 })), [`${n}`], `${name}: text ${n}`)
  }
})
