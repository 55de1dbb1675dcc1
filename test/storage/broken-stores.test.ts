import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import ts from 'typescript'
import { memoryStore } from '../../index.js'
import type { Expression, OperationRecord, OperationStore } from '../../index.js'
import { storeConformance } from '../../storage/conformance.js'
import { faults } from '../support/faults.js'
import type { Fault } from '../support/faults.js'
import { startPostgres } from '../support/postgres.js'
import type { Job, Jobs, Verdict } from '../support/run-cases.js'
import { toUncounted } from '../support/uncounted.js'

/*
 * The suite on stores that break a rule: each is failed, by the case that is there for this rule. Some are the
 * memory store with one method bent, the others are the sources of a store with one line changed.
 */

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The cases of the suite by name, on stores of one kind. */
function toCases (makeStore: () => OperationStore): Map<string, () => Promise<void>> {
  const cases = new Map<string, () => Promise<void>>()
  storeConformance({ test: (name, run) => cases.set(name, run), makeStore })
  return cases
}

/** The store with every part of a filter rewritten before it is asked. */
function rewriting (store: OperationStore, rewrite: (part: Expression) => Expression): Partial<OperationStore> {
  const all = (part: Expression): Expression => {
    switch (part.kind) {
      case 'and':
      case 'or':
      case 'call': return rewrite({ ...part, operands: part.operands.map(all) })
      case 'not': return rewrite({ ...part, operand: all(part.operand) })
      case 'compare': return rewrite({ ...part, left: all(part.left), right: all(part.right) })
      case 'in': return rewrite({ ...part, subject: all(part.subject) })
      default: return rewrite(part)
    }
  }
  return {
    list: (collection, query, page) => store.list(collection, { ...query, filter: query.filter && all(query.filter) }, page),
    count: (collection, filter) => store.count(collection, filter && all(filter))
  }
}

/** One rule broken, and the case that has to notice. */
const bentMethods: Record<string, [caughtBy: string, fault: (store: OperationStore) => Partial<OperationStore>]> = {
  'finds nothing': ['find: what was inserted, and nothing else', () => ({ find: () => undefined })],
  'has no value': ['find: the value is the text parsed, and frozen in depth', () => ({ find: () => undefined })],
  'lists backwards': ['list: by creation, then id, in pages', (store) => ({ list: async (...args) => [...await store.list(...args)].reverse() })],
  'lists no second page': ['list: by creation, then id, in pages', (store) => ({ list: (collection, query, { limit }) => store.list(collection, query, { limit, skip: 0 }) })],
  'counts what is gone': ['count: the records of the collection', (store) => {
    let inserted = 0
    return { count: () => inserted, commit: async (...args) => { inserted += 1; return await store.commit(...args) } }
  }],
  'replaces any version': ['replace: only the expected version', (store) => ({
    commit: async (collection, changes) => await store.commit(collection, await Promise.all(changes.map(async (change) => change.kind === 'replace'
      ? { ...change, expectedVersion: (await store.find({ ...collection, id: change.record.id }))?.version ?? '' }
      : change)))
  })],
  'removes any version': ['remove: with and without an expected version', (store) => ({
    commit: (collection, changes) => store.commit(collection, changes.map((change) => change.kind === 'remove' ? { kind: 'remove', id: change.id } : change))
  })],
  'commits a part': ['commit: all changes or none', (store) => ({
    commit: async (collection, changes) => {
      const records = []
      for (const [index, change] of changes.entries()) {
        const outcome = await store.commit(collection, [change])
        if (!outcome.committed) return { ...outcome, index }
        records.push(...outcome.records)
      }
      return { committed: true, records }
    }
  })],
  'forgets removals': ['changes: every commit in order, removals included, resumable anywhere', (store) => ({
    changes: async (...args) => {
      const page = await store.changes(...args)
      return page.expired ? page : { ...page, changes: page.changes.filter(({ kind }) => kind !== 'removed') }
    }
  })],
  'takes any cursor': ['changes: a cursor that is not of this store is expired', (store) => ({
    changes: async (collection, cursor, limit) => {
      const page = await store.changes(collection, cursor, limit)
      return page.expired ? await store.changes(collection, undefined, limit) : page
    }
  })],
  'shares tenants': ['isolation: nothing of another tenant or owner', (store) => ({ find: (key) => store.find({ ...key, tenant: 'tenant-a' }) })],
  'forgets the last action': ['records: the instant of the last action and the status are kept', (store) => ({
    commit: (collection, changes) => store.commit(collection, changes.map((change) => change.kind === 'remove' ? change : { ...change, record: { ...change.record, lastAction: '' } }))
  })],
  'forgets the status': ['records: the instant of the last action and the status are kept', (store) => ({
    commit: (collection, changes) => store.commit(collection, changes.map((change) => change.kind === 'remove' ? change : { ...change, record: { ...change.record, status: -1 } }))
  })],
  'has a secret that is none': ['secret: text of at least 32 characters, the same all the time, another one for another store', () => ({ secret: 'x'.repeat(64) })],
  'has a short secret': ['secret: text of at least 32 characters, the same all the time, another one for another store', () => ({ secret: Math.random().toString() })],
  'finds null below values': ['filter: comparisons; null equals null only, and is neither above nor below', (store) => rewriting(store, (part) => part.kind === 'compare' && part.operator === 'lt'
    ? { kind: 'or', operands: [part, { kind: 'compare', operator: 'eq', left: part.left, right: { kind: 'literal', value: null } }] }
    : part)],
  'takes unknown for false': ['filter: null is unknown to and, or and not', (store) => rewriting(store, (part) => part.kind === 'not' ? { kind: 'not', operand: { kind: 'in', subject: part.operand, values: [true] } } : part)],
  'never finds null in a list': ['filter: in, with null among the values', (store) => rewriting(store, (part) => part.kind === 'in' ? { ...part, values: part.values.filter((value) => value !== null) } : part)],
  'cannot lower what is not ASCII': ['filter: functions of texts, null of null', (store) => rewriting(store, (part) => part.kind === 'call' && part.name === 'tolower' ? part.operands[0]! : part)],
  'takes creation for the last action': ['filter: what a store keeps beside the text', (store) => rewriting(store, (part) => part.kind === 'column' && part.column === 'lastAction' ? { kind: 'column', column: 'created' } : part)],
  'reads a number as text': ['filter: a value of another kind than the reading is null', (store) => rewriting(store, (part) => part.kind === 'member' && part.reading === 'number' ? { ...part, reading: 'text' } : part)],
  'compares date-times as text': ['filter: enumerations by number, date-times by instant', (store) => rewriting(store, (part) => part.kind === 'member' && part.reading === 'instant' ? { ...part, reading: 'text' } : part)],
  'has one order': ['order: null lowest, then creation, then id, in the direction of the last', (store) => ({ list: (collection, { filter }, page) => store.list(collection, { filter, orderBy: [] }, page) })],
  'orders texts by UTF-16': ['order: texts by code point, by their first 256 characters', (store) => ({
    list: async (...args) => {
      const [, { orderBy: [first] }] = args
      const found = await store.list(...args)
      const sign = first?.descending === true ? -1 : 1
      const labelOf = ({ value }: OperationRecord): string => String(value['label'])
      return first?.by.kind === 'member' && first.by.path[0] === 'label' ? [...found].sort((a, b) => labelOf(a) < labelOf(b) ? -sign : sign) : found
    }
  })],
  'pages by number': ['pages: what keeps its place is seen once, whatever comes and goes', (store) => {
    let given = 0
    return {
      list: async (collection, query, { limit, skip, after }) => {
        const found = await store.list(collection, query, { limit, skip: after === undefined ? skip : given })
        given = after === undefined ? found.length : given + found.length
        return found
      }
    }
  }],
  'is never closed': ['close: later calls fail, closing again does not', () => ({ close: () => undefined })]
}

t.test('the suite fails the memory store with a method that breaks a rule', async (t) => {
  for (const [name, [caughtBy, fault]] of Object.entries(bentMethods)) {
    const run = toCases(() => {
      const store = memoryStore()
      return { ...store, ...fault(store) }
    }).get(caughtBy)
    await t.rejects(async () => await run?.(), `it ${name}: ${caughtBy}`)
    await t.resolves(async () => await toCases(memoryStore).get(caughtBy)?.(), 'and not the store as it is')
  }
})

const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true }
const compile = (source: string): string => ts.transpileModule(source, { compilerOptions }).outputText

/** The sources of the stores by their paths. */
function readSources (): ReadonlyMap<string, string> {
  const paths = ['schemas', 'storage'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => join(folder, file)))
  return new Map(['channels.ts', 'errors.ts', ...paths].map((path) => [path, readFileSync(join(root, path), 'utf8')]))
}

function writeSource (folder: string, path: string, compiled: string): void {
  const file = join(folder, path.replace(/ts$/, 'js'))
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, compiled)
}

/**
 * Compiles sources with a fault over those without.
 * @throws Error when what the fault changes is not there exactly once: the fault has to be brought up to date
 */
function writeFault (folder: string, sources: ReadonlyMap<string, string>, changes: Fault['changes']): void {
  const changed = new Map<string, string>()
  for (const [path, from, to] of changes) {
    const source = changed.get(path) ?? sources.get(path) ?? ''
    const times = source.split(from).length - 1
    if (times !== 1) throw new Error(`${path} has ${times} times, and not once: ${from}`)
    changed.set(path, source.replace(from, () => to))
  }
  for (const [path, source] of changed) writeSource(folder, path, compile(source))
}

/** What becomes of the cases of each job, in a process of their own: what it compiles is not what is covered. */
async function runJobs (t: Test, folder: string, jobs: Jobs): Promise<Verdict[]> {
  const program = 'test/support/run-cases.ts'
  writeSource(folder, program, compile(readFileSync(join(root, program), 'utf8')))
  const child = spawn(...toUncounted(process.execPath, join(folder, program.replace(/ts$/, 'js'))), { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(() => { child.kill('SIGKILL') })
  child.stdin.end(JSON.stringify(jobs))
  return (await text(child.stdout)).trimEnd().split('\n').map((line) => JSON.parse(line) as Verdict)
}

t.test('the suite fails a store with a line that breaks a rule', async (t) => {
  const dir = t.testdir({ 'package.json': '{"type":"module"}' })
  const sources = readSources()
  const sound = join(dir, 'sound')
  for (const [path, source] of sources) writeSource(sound, path, compile(source))
  const all = Object.entries(faults)
  const jobs = all.map(([name, { engine, changes, caughtBy }]): Job => {
    const folder = mkdtempSync(join(dir, 'broken-'))
    cpSync(sound, folder, { recursive: true })
    t.doesNotThrow(() => writeFault(folder, sources, changes), `there is what those that ${name} do otherwise`)
    return { folder, engine, cases: caughtBy }
  })
  // as they are they pass the first case of each fault
  for (const engine of ['memory', 'sqlite', 'postgres'] as const) jobs.push({ folder: sound, engine, cases: [...new Set(all.filter(([, fault]) => fault.engine === engine).map(([, { caughtBy: [first = ''] }]) => first))] })

  const verdicts = await runJobs(t, dir, { jobs, url: await (await startPostgres(t)).makeDatabase() })
  t.equal(verdicts.length, jobs.length)
  for (const [n, [name, { caughtBy }]] of all.entries()) {
    // a store that does not even work is no proof: what fails is what a case says
    const noticed = Object.entries(verdicts[n]?.failed ?? {}).filter(([, message]) => message.startsWith('AssertionError')).map(([name]) => name)
    t.strictSame(noticed, caughtBy, `those that ${name} are failed by "${caughtBy.join('", "')}"`, { verdict: verdicts[n] })
  }
  for (const verdict of verdicts.slice(all.length)) t.strictSame(verdict.failed, {}, `the sources as they are pass: ${verdict.passed.length} cases`)
})
