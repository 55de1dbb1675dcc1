import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import type { Test } from 'tap'
import { memoryStore, postgresStore, sqliteStore } from '../../index.js'
import type { Change, Collection, CommittedChange, NewRecord, OperationRecord, OperationStore, Page, Query } from '../../index.js'
import { parseFilter } from '../../odata/filter.js'
import { parseOrderBy } from '../../odata/orderby.js'
import { toSortKey, toTotalOrder } from '../../storage/query/order.js'
import { makeChance } from '../support/chance.js'
import { Import, makeFilter, makeMembers, makeOrdering, toOrderBy, toRecord, toText } from '../support/filters.js'
import { makeModel } from '../support/model.js'
import { startPostgres } from '../support/postgres.js'

/*
 * The same commands for every store and for the contract in its plainest form: every answer is the same. Versions
 * and cursors are named by when they were first seen. What fails is made small, and printed with its seed.
 */

/** Lists of commands, and commands in one of them at most. */
const lists = 60
const longest = 40

/** For all of them; what makes a failure small ends then too. */
const patienceMillis = 150_000

/** Numbers stand for what is there when the command is carried out: the record, version, cursor of this number, around from the first. */
type Command =
  | { readonly kind: 'commit', readonly collection: number, readonly changes: ReadonlyArray<{ readonly kind: Change['kind'], readonly id: number, readonly version: 'current' | 'none' | number, readonly seed: number }> }
  | { readonly kind: 'find', readonly collection: number, readonly id: number }
  | { readonly kind: 'list' | 'count', readonly collection: number, readonly seed: number }
  | { readonly kind: 'pages', readonly collection: number, readonly seed: number, readonly limit: number }
  | { readonly kind: 'changes', readonly collection: number, readonly cursor: number, readonly limit: number }
  | { readonly kind: 'reopen' }

const seed = fc.nat()
const collection = fc.nat(1)
const id = fc.nat(5)
const commands: fc.Arbitrary<readonly Command[]> = fc.array(fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('commit'),
      collection,
      changes: fc.array(fc.record({ kind: fc.constantFrom('insert', 'insert', 'replace', 'replace', 'remove'), id, version: fc.oneof({ weight: 8, arbitrary: fc.constant('current') }, { weight: 1, arbitrary: fc.constant('none') }, { weight: 1, arbitrary: fc.nat(30) }), seed }), { minLength: 1, maxLength: 4 })
    })
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('find'), collection, id }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('list', 'count'), collection, seed }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pages'), collection, seed, limit: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('changes'), collection, cursor: fc.nat(10), limit: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen') }) }
), { minLength: 1, maxLength: longest, size: 'max' })

/** A store and how to have it again after it was closed. */
interface Opened {
  store: OperationStore
  readonly reopen: () => Promise<OperationStore>
}

async function openAll (t: Test): Promise<Record<string, Opened>> {
  const file = join(mkdtempSync(join(t.testdir(), 'store-')), 'operations.db')
  const url = await (await startPostgres(t)).makeDatabase()
  const [model, memory] = [makeModel(), memoryStore()]
  const openers: Record<string, () => Promise<OperationStore>> = {
    // these two keep nothing outside of themselves
    model: async () => model,
    memory: async () => memory,
    sqlite: async () => await sqliteStore({ file }),
    postgres: async () => await postgresStore({ url })
  }
  const opened: Record<string, Opened> = {}
  for (const [name, open] of Object.entries(openers)) {
    const one: Opened = {
      store: await open(),
      async reopen () {
        if (name !== 'model' && name !== 'memory') await one.store.close()
        return await open()
      }
    }
    opened[name] = one
    t.teardown(async () => { await one.store.close() })
  }
  return opened
}

const queryOf = (seed: number): { query: Query, page: Page, text: string } => {
  const chance = makeChance(seed)
  const [filter, orderBy] = [chance.oneIn(4) ? undefined : toText(makeFilter(chance)), toOrderBy(makeOrdering(chance))]
  const isTooLong = filter !== undefined && filter.length > 2_048
  return {
    query: { filter: filter === undefined || isTooLong ? undefined : parseFilter(filter, Import), orderBy: orderBy === '' ? [] : parseOrderBy(orderBy, Import) },
    page: { limit: 1 + chance.below(8), skip: chance.below(3) },
    text: `$filter=${filter ?? ''}&$orderby=${orderBy}`
  }
}

/** What one store was told and answered, with its own names for versions and cursors. */
class Session {
  readonly #opened: Opened
  readonly #collections: readonly Collection[]
  readonly #versions: string[] = []
  readonly #cursors: ReadonlyArray<Array<string | undefined>> = [[undefined], [undefined]]
  /** Every record that ever was, for the places of what is gone. */
  readonly #records: OperationRecord[] = []

  constructor (opened: Opened, collections: readonly Collection[]) {
    this.#opened = opened
    this.#collections = collections
  }

  #nameOf (version: string): string {
    if (!this.#versions.includes(version)) this.#versions.push(version)
    return `version ${this.#versions.indexOf(version)}`
  }

  #describe (record: OperationRecord | undefined): string {
    if (record === undefined) return 'nothing'
    if (!this.#records.some(({ version }) => version === record.version)) this.#records.push(record)
    const { id, type, created, lastAction, status, text, version } = record
    return JSON.stringify([id, type, created, lastAction, status, text, this.#nameOf(version)])
  }

  /** The answer of the store in words that are the same for every store. */
  async run (command: Command): Promise<unknown> {
    if (command.kind === 'reopen') {
      const { secret } = this.#opened.store
      this.#opened.store = await this.#opened.reopen()
      return this.#opened.store.secret === secret
    }
    const { store } = this.#opened
    const collection = this.#collections[command.collection] as Collection
    switch (command.kind) {
      case 'commit': return await this.#commit(collection, command.changes)
      case 'find': return this.#describe(await store.find({ ...collection, id: `op-${command.id}` }))
      case 'count': return await store.count(collection, queryOf(command.seed).query.filter)
      case 'list': return await this.#list(collection, command.seed)
      case 'pages': return await this.#readPages(collection, command.seed, command.limit)
      case 'changes': return await this.#readChanges(collection, command)
    }
  }

  async #commit (collection: Collection, planned: Extract<Command, { kind: 'commit' }>['changes']): Promise<unknown> {
    const { store } = this.#opened
    const changes = await Promise.all(planned.map(async ({ kind, id: number, version, seed }): Promise<Change> => {
      const id = `op-${number}`
      const record: NewRecord = toRecord(makeMembers(makeChance(seed), id))
      const known = version === 'current' ? (await store.find({ ...collection, id }))?.version : version === 'none' ? undefined : this.#versions[version % this.#versions.length]
      if (kind === 'insert') return { kind, record }
      return kind === 'replace' ? { kind, record, expectedVersion: known ?? 'unknown' } : { kind, id, expectedVersion: known }
    }))
    const outcome = await store.commit(collection, changes)
    return outcome.committed ? outcome.records.map((record) => this.#describe(record)) : outcome
  }

  async #list (collection: Collection, seed: number): Promise<unknown> {
    const { query, page } = queryOf(seed)
    const place = this.#records[seed % (2 * this.#records.length)]
    const after = place && toSortKey(place, toTotalOrder(query))
    return (await this.#opened.store.list(collection, query, { ...page, after })).map((record) => this.#describe(record))
  }

  async #readPages (collection: Collection, seed: number, limit: number): Promise<unknown> {
    const { query } = queryOf(seed)
    const total = toTotalOrder(query)
    const pages: string[][] = []
    let after: Page['after']
    do {
      const page = await this.#opened.store.list(collection, query, { limit, skip: 0, after })
      pages.push(page.map(({ id }) => id))
      after = page.length < limit ? undefined : toSortKey(page.at(-1) as OperationRecord, total)
    } while (after !== undefined && pages.length < 20)
    return pages
  }

  async #readChanges (collection: Collection, { collection: number, cursor, limit }: Extract<Command, { kind: 'changes' }>): Promise<unknown> {
    const cursors = this.#cursors[number] as Array<string | undefined>
    const page = await this.#opened.store.changes(collection, cursors[cursor % cursors.length], limit)
    if (page.expired) return 'expired'
    cursors.push(page.cursor)
    return page.changes.map(({ kind, id, version }: CommittedChange) => `${kind} ${id} ${this.#nameOf(version)}`)
  }
}

const describe = (command: Command): string => 'seed' in command ? `${JSON.stringify(command)} ${queryOf(command.seed).text}` : JSON.stringify(command)

t.test('the same commands have the same answers, whoever keeps the operations', async (t) => {
  const opened = await openAll(t)
  const names = Object.keys(opened)
  const carriedOut: Record<string, number> = {}
  let run = 0
  await fc.assert(fc.asyncProperty(commands, async (list) => {
    run += 1
    const collections = [{ tenant: 't', owner: `calls/${run}` }, { tenant: 't', owner: `sites/${run}` }]
    const sessions = names.map((name) => new Session(opened[name] as Opened, collections))
    for (const [n, command] of list.entries()) {
      const [expected, ...answers] = (await Promise.all(sessions.map(async (session) => await session.run(command)))).map((answer) => JSON.stringify(answer))
      const different = answers.findIndex((answer) => answer !== expected)
      if (different !== -1) throw new Error(`command ${n}, ${describe(command)}: ${names[different + 1]} answered ${answers[different]} instead of ${expected}`)
      const name = command.kind === 'commit' ? `commit, ${expected?.includes('"committed":false') ? 'refused' : 'made'}` : command.kind
      carriedOut[name] = (carriedOut[name] ?? 0) + 1
    }
  }), { numRuns: lists, includeErrorInReport: true, interruptAfterTimeLimit: patienceMillis, markInterruptAsFailure: true })
  t.strictSame(names, ['model', 'memory', 'sqlite', 'postgres'])
  for (const [kind, times] of Object.entries(carriedOut)) t.ok(times >= lists / 4, `${times} times ${kind}`)
  t.equal(Object.keys(carriedOut).length, 8)
})
