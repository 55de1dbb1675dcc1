import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { postgresStore, ScanLimitError } from '../../index.js'
import type { Change, Collection, Expression, Member, OperationRecord, Order } from '../../index.js'
import { collectionTables, findKind, statementKinds, toLine } from '../support/postgres-statements.js'
import { startPostgres } from '../support/postgres.js'

interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly Plans?: readonly Plan[]
}

/** What a server's log says of one statement. @see PostgreSQL, F.3 auto_explain */
interface Explained {
  readonly 'Query Text': string
  readonly Plan: Plan
}

const readPlans = (log: string): Explained[] => log.replaceAll('\n\t', '\n').split(/duration: [\d.]+ ms {2}plan:\n/).slice(1).map((text) => JSON.parse(text.slice(0, text.indexOf('\n}') + 2)))

/** The parts of a plan that read a table of the store in another way than by an index, from one tenant and owner on. */
function findScans (plan: Plan): string[] {
  const { 'Node Type': node, 'Relation Name': table, 'Index Name': index, 'Index Cond': condition = '', Plans = [] } = plan
  // a value and no other column, for tenant and owner alike; a plan that is kept has the parameter
  const isBound = ['tenant', 'owner'].every((column) => new RegExp(`\\(${column} = (?:\\$\\d|'[^']*'::text(?: COLLATE "C")?)\\)`).test(condition))
  const isRead = (node.includes('Scan') && collectionTables.some((name) => name === table)) || index !== undefined
  // the heap is read by what the index below found
  const isScan = isRead && node !== 'Bitmap Heap Scan' && !(['Index Scan', 'Index Only Scan', 'Bitmap Index Scan'].includes(node) && isBound)
  return [...(isScan ? [`${node} ${table ?? index ?? ''} ${condition}`] : []), ...Plans.flatMap(findScans)]
}

const large: Collection = { tenant: 'tenant-7', owner: 'calls/large' }
const small: Collection = { tenant: 'tenant-8', owner: 'calls/2' }

const toInstant = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString().replace('Z', '0000Z')
const insert = (id: string): Change => ({ kind: 'insert', record: { id, type: 'x', created: toInstant(0), lastAction: '', status: 1, text: '{}' } })

const replace = ({ version, ...record }: OperationRecord): Change => ({ kind: 'replace', record, expectedVersion: version })

const size: Member = { kind: 'member', path: ['size'], reading: 'number' }
const compare = (column: 'id' | 'created' | 'lastAction' | 'status', operator: 'eq' | 'ge' | 'lt', value: string | number): Expression => ({ kind: 'compare', operator, left: { kind: 'column', column }, right: { kind: 'literal', value } })
const bySize: Expression = { kind: 'compare', operator: 'gt', left: size, right: { kind: 'literal', value: 5 } }
const orderBy = (by: 'id' | 'created' | 'lastAction' | 'status' | Member, descending = false): Order => ({ by: typeof by === 'string' ? { kind: 'column', column: by } : by, descending })

const filters: ReadonlyArray<Expression | undefined> = [
  undefined,
  compare('id', 'eq', 'operation-50'),
  compare('id', 'ge', 'operation-50'),
  compare('status', 'eq', 1),
  compare('created', 'ge', toInstant(11_000)),
  { kind: 'and', operands: [compare('lastAction', 'ge', toInstant(50)), compare('lastAction', 'lt', toInstant(90)), bySize] },
  bySize
]
const orders: ReadonlyArray<readonly Order[]> = [[], ...(['id', 'created', 'lastAction', 'status', size] as const).flatMap((by) => [[orderBy(by)], [orderBy(by, true)]]), [orderBy('status'), orderBy('id', true)]]

for (const version of [15, 18]) {
  t.test(`PostgreSQL ${version} finds everything by an index that begins with tenant and owner`, async (t) => {
    const server = await startPostgres(t, {
      version,
      settings: { fsync: 'off', session_preload_libraries: 'auto_explain', 'auto_explain.log_min_duration': '0', 'auto_explain.log_format': 'json' }
    })
    const url = await server.makeDatabase()
    const store = await postgresStore({ url, keptChanges: 12_000 })
    t.teardown(async () => { await store.close() })

    // 300 tenants with 4 collections of 80, and one collection of 12,000
    await server.query(`
      CREATE TEMPORARY TABLE filled AS
        SELECT 'tenant-' || tenant AS tenant, 'calls/' || owner AS owner, number FROM generate_series(1, 300) AS tenant, generate_series(1, 4) AS owner, generate_series(1, 80) AS number
        UNION ALL SELECT '${large.tenant}', '${large.owner}', number FROM generate_series(1, 12000) AS number;
      INSERT INTO graph_operations.operations (tenant, owner, id, type, created, last_action, status, version, text)
        SELECT tenant, owner, 'operation-' || number, 'x', instant, instant, number % 4, 'v' || number, json_build_object('size', number % 10)::text FROM filled,
          LATERAL (SELECT to_char(timestamp '2026-01-01' + number * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS.0000000"Z"') AS instant) AS made;
      INSERT INTO graph_operations.collections (tenant, owner, sequence, forgotten) SELECT tenant, owner, max(number), 0 FROM filled GROUP BY tenant, owner;
      INSERT INTO graph_operations.changes (tenant, owner, sequence, id, kind, version) SELECT tenant, owner, number, 'operation-' || number, 'inserted', 'v' || number FROM filled;
      ANALYZE graph_operations.operations; ANALYZE graph_operations.collections; ANALYZE graph_operations.changes`, [], url)

    let refused = 0
    const attempt = async (query: () => unknown): Promise<void> => {
      try {
        await query()
      } catch (error) {
        if (!(error instanceof ScanLimitError)) throw error
        refused += 1
      }
    }
    for (const collection of [small, large]) {
      for (const filter of filters) {
        await attempt(() => store.count(collection, filter))
        for (const order of orders) {
          await attempt(() => store.list(collection, { filter, orderBy: order }, { limit: 20, skip: 40 }))
        }
      }
      const first = await store.list(collection, { orderBy: [orderBy('status')] }, { limit: 20, skip: 0 })
      const { status, created, id } = first.at(-1)!
      for (const descending of [false, true]) await store.list(collection, { orderBy: [orderBy('status', descending)] }, { limit: 20, skip: 0, after: [status, created, id] })

      t.match(await store.find({ ...collection, id: 'operation-9' }), { version: 'v9' })
      t.match(await Promise.all(['operation-9', 'operation-8', 'nothing'].map(async (id) => await store.find({ ...collection, id }))), [{ version: 'v9' }, { version: 'v8' }, undefined])
      const { cursor } = await store.changes(collection, undefined, 10) as { cursor: string }
      t.match(await store.changes(collection, cursor, 10), { changes: { length: 10 } })
      t.match(await store.commit(collection, [replace(first[0]!)]), { committed: true })
      t.match(await store.commit(collection, [replace(first[1]!), replace(first[2]!)]), { committed: true })
      t.match(await store.commit(collection, [replace(first[3]!), insert('d')]), { committed: true })
      t.match(await store.commit(collection, [insert('e'), insert('f')]), { committed: true })
      t.match(await store.commit(collection, [insert('a')]), { committed: true })
      t.match(await store.commit(collection, [insert('b'), { kind: 'remove', id: 'a' }]), { committed: true })
      t.match(await store.commit(collection, [{ kind: 'remove', id: 'b' }]), { committed: true })
      t.match(await store.commit(collection, [insert('operation-9')]), { committed: false })
    }
    t.match(await store.commit({ tenant: 'tenant-8', owner: 'calls/new' }, [insert('a')]), { committed: true })
    // on to the next tenth of what is kept, where the oldest changes are dropped
    await server.query("UPDATE graph_operations.collections SET sequence = 13199 WHERE owner = 'calls/large'", [], url)
    t.match(await store.commit(large, [insert('c')]), { committed: true })
    // dropped after the commit is answered
    const findOldest = async (): Promise<string | undefined> => {
      const page = await store.changes(large, undefined, 1)
      return page.expired ? undefined : page.changes[0]?.id
    }
    while (await findOldest() !== 'operation-1201') await delay(10)
    t.ok(refused > 0, 'some queries would read too much')

    await server.query("SELECT id FROM graph_operations.operations WHERE id = 'operation-9'", [], url)
    const plans = readPlans(server.log()).flatMap(({ 'Query Text': sql, Plan }) => ({ sql: toLine(sql), kind: findKind(sql), plan: Plan }))
    const scans = plans.flatMap(({ sql, plan }) => findScans(plan).map((scan) => [sql, scan]))
    t.match(scans.filter(([sql]) => sql?.startsWith("SELECT id FROM graph_operations.operations WHERE id = 'operation-9'")), [[String, /^Seq Scan operations/]], 'one that names no collection scans: this can fail')
    t.strictSame(scans.filter(([sql]) => findKind(sql!) !== undefined), [])
    t.strictSame([...new Set(plans.flatMap(({ kind }) => kind ?? []))].sort(), [...statementKinds].sort(), 'every kind of statement')
    t.strictSame(plans.filter(({ sql, kind }) => kind === undefined && sql.includes('graph_operations.') && !/about|filled|^(?:ANALYZE|SELECT id FROM|UPDATE graph_operations.collections SET sequence = 13199)/.test(sql)).map(({ sql }) => sql), [], 'there is no other')
  })
}

t.test('an id is looked up in the key, however deep it is and however small the planner takes the collection for', async (t) => {
  const server = await startPostgres(t, {
    settings: { fsync: 'off', autovacuum: 'off', session_preload_libraries: 'auto_explain', 'auto_explain.log_min_duration': '0', 'auto_explain.log_format': 'json' }
  })
  const url = await server.makeDatabase()
  const store = await postgresStore({ url })
  t.teardown(async () => { await store.close() })
  await store.commit(large, [insert('a'), insert('b')])
  // a table without statistics, and a key whose pages are nearly empty, as random ids leave them half full
  await server.query(`
    ALTER TABLE graph_operations.operations DROP CONSTRAINT operations_pkey, ADD PRIMARY KEY (tenant, owner, id) WITH (fillfactor = 10);
    INSERT INTO graph_operations.operations (tenant, owner, id, type, created, last_action, status, version, text)
      SELECT '${large.tenant}', '${large.owner}', md5(number::text), 'x', '${toInstant(0)}', '', 1, 'v', '{}' FROM generate_series(1, 2000) AS number;
    REINDEX TABLE graph_operations.operations;
    CREATE EXTENSION pageinspect`, [], url)
  const [depth] = await server.query(`
    SELECT (bt_metap('graph_operations.operations_pkey')).level AS key, (bt_metap('graph_operations.operations_by_created')).level AS other`, [], url)
  t.ok(Number(depth!['key']) > Number(depth!['other']), 'the key is deeper than an index that has the id too')

  t.match(await store.find({ ...large, id: 'a' }), { id: 'a' })
  t.match(await Promise.all(['a', 'b'].map(async (id) => await store.find({ ...large, id }))), [{ id: 'a' }, { id: 'b' }])
  const many = await store.list(large, { orderBy: [] }, { limit: 100, skip: 0 })
  t.match(await store.commit(large, many.map(replace)), { committed: true })
  t.match(await store.commit(large, [{ kind: 'remove', id: 'a' }]), { committed: true })
  t.match(await store.commit(large, [insert('c'), { kind: 'remove', id: 'b' }]), { committed: true })
  t.match(await store.list(large, { orderBy: [orderBy('created', true)] }, { limit: 20, skip: 0 }), { length: 20 })

  /** The indexes of the operations that were read by, with whether it was for one id. */
  const findIndexes = ({ 'Index Name': index = '', 'Index Cond': condition = '', Plans = [] }: Plan): string[] => [
    ...(index.startsWith('operations') ? [`${index}${/\(id = /.test(condition) ? ' for an id' : ''}`] : []), ...Plans.flatMap(findIndexes)
  ]
  const used = (wanted: string): string[] => [...new Set(readPlans(server.log()).filter(({ 'Query Text': sql }) => findKind(sql) === wanted).flatMap(({ Plan }) => findIndexes(Plan)))]
  for (const kind of ['find', 'findAll', 'versions', 'replaceTogether', 'remove', 'removeInTurn']) t.strictSame(used(kind), ['operations_pkey for an id'], kind)
  t.strictSame(used('walk'), ['operations_by_created'])
})
