import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import type * as Conformance from '../../storage/conformance.js'
import type * as Memory from '../../storage/memory/index.js'
import type * as Postgres from '../../storage/postgres/index.js'
import type * as Sqlite from '../../storage/sqlite/index.js'
import type { OperationStore } from '../../storage/store.js'

/*
 * A program: reads jobs from its input, runs cases of the suite on the stores of each one's folder, and writes a
 * verdict a line. The suite is the folder's too.
 */

/** Some cases on one kind of store, as the sources in a folder make it. */
export interface Job {
  readonly folder: string
  readonly engine: 'memory' | 'sqlite' | 'postgres'
  readonly cases: readonly string[]
}

/** What the program reads. */
export interface Jobs {
  readonly jobs: readonly Job[]
  /** Of an empty database. */
  readonly url: string
}

/** What the cases that failed said. */
export interface Verdict {
  readonly failed: Readonly<Record<string, string>>
  readonly passed: readonly string[]
}

/** For one case; what has not ended by then has failed. */
const patienceMillis = 60_000

type Makers = Pick<Conformance.ConformanceOptions, 'makeStore' | 'makePeer'>

/** How to make stores that keep their data under a name, and others over the same data. */
function toMakers (open: (name: string) => Promise<OperationStore>, toName: () => string): Makers {
  const names = new Map<OperationStore, string>()
  const openNamed = async (name: string): Promise<OperationStore> => {
    const store = await open(name)
    names.set(store, name)
    return store
  }
  return { makeStore: async () => await openNamed(toName()), makePeer: async (store) => await openNamed(names.get(store)!) }
}

let schemas = 0

async function loadMakers ({ folder, engine }: Job, files: string, url: string): Promise<Makers> {
  const load = async <T>(): Promise<T> => await import(pathToFileURL(join(folder, `storage/${engine}/index.js`)).href) as T
  switch (engine) {
    case 'memory': {
      const { memoryStore } = await load<typeof Memory>()
      return { makeStore: () => memoryStore() }
    }
    case 'sqlite': {
      const { sqliteStore } = await load<typeof Sqlite>()
      return toMakers(async (file) => await sqliteStore({ file }), () => join(mkdtempSync(join(files, 'store-')), 'operations.db'))
    }
    case 'postgres': {
      const { postgresStore } = await load<typeof Postgres>()
      return toMakers(async (schema) => await postgresStore({ url, schema }), () => `store_${schemas += 1}`)
    }
  }
}

async function judge (job: Job, files: string, url: string): Promise<Verdict> {
  const { storeConformance } = await import(pathToFileURL(join(job.folder, 'storage/conformance.js')).href) as typeof Conformance
  const cases = new Map<string, () => Promise<void>>()
  storeConformance({ ...await loadMakers(job, files, url), test: (name, run) => cases.set(name, run) })
  const failed: Record<string, string> = {}
  const passed: string[] = []
  for (const name of job.cases) {
    try {
      const ended = cases.get(name)!().then(() => true)
      if (await Promise.race([ended, delay(patienceMillis, false, { ref: false })])) passed.push(name)
      else failed[name] = 'it did not end'
    } catch (error) {
      failed[name] = inspect(error)
    }
  }
  return { failed, passed }
}

// what a broken store leaves behind is not what is judged
process.on('unhandledRejection', () => undefined)
const files = mkdtempSync(join(tmpdir(), 'cases-'))
const { jobs, url } = JSON.parse(await text(process.stdin)) as Jobs
for (const job of jobs) process.stdout.write(`${JSON.stringify(await judge(job, files, url))}\n`)
rmSync(files, { recursive: true })
process.exit()
