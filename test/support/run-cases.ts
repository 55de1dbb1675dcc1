import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type * as Conformance from '../../storage/conformance.js'
import type * as Memory from '../../storage/memory/index.js'
import type * as Sqlite from '../../storage/sqlite/index.js'
import type { OperationStore } from '../../storage/store.js'

/*
 * A program: reads jobs from its input, runs cases of the suite on the stores of each one's folder, and writes a
 * verdict a line. The suite is the folder's too.
 */

/** Some cases on one kind of store, as the sources in a folder make it. */
export interface Job {
  readonly folder: string
  readonly engine: 'memory' | 'sqlite'
  readonly cases: readonly string[]
}

/** What the cases that failed said. */
export interface Verdict {
  readonly failed: Readonly<Record<string, string>>
  readonly passed: readonly string[]
}

/** For one case; what has not ended by then has failed. */
const patienceMillis = 60_000

type Makers = Pick<Conformance.ConformanceOptions, 'makeStore' | 'makePeer'>

async function toMakers ({ folder, engine }: Job, files: string): Promise<Makers> {
  const load = async <T>(file: string): Promise<T> => await import(pathToFileURL(join(folder, file)).href) as T
  if (engine === 'memory') {
    const { memoryStore } = await load<typeof Memory>('storage/memory/index.ts')
    return { makeStore: () => memoryStore() }
  }
  const { sqliteStore } = await load<typeof Sqlite>('storage/sqlite/index.ts')
  const names = new Map<OperationStore, string>()
  const open = async (file: string): Promise<OperationStore> => {
    const store = await sqliteStore({ file })
    names.set(store, file)
    return store
  }
  return { makeStore: async () => await open(join(mkdtempSync(join(files, 'store-')), 'operations.db')), makePeer: async (store) => await open(names.get(store)!) }
}

async function judge (job: Job, files: string): Promise<Verdict> {
  const { storeConformance } = await import(pathToFileURL(join(job.folder, 'storage/conformance.ts')).href) as typeof Conformance
  const cases = new Map<string, () => Promise<void>>()
  storeConformance({ ...await toMakers(job, files), test: (name, run) => cases.set(name, run) })
  const failed: Record<string, string> = {}
  const passed: string[] = []
  for (const name of job.cases) {
    try {
      const ended = cases.get(name)!().then(() => true)
      if (await Promise.race([ended, delay(patienceMillis, false, { ref: false })])) passed.push(name)
      else failed[name] = 'it did not end'
    } catch (error) {
      failed[name] = String(error)
    }
  }
  return { failed, passed }
}

// what a broken store leaves behind is not what is judged
process.on('unhandledRejection', () => undefined)
const files = mkdtempSync(join(tmpdir(), 'cases-'))
for (const job of JSON.parse(await text(process.stdin)) as Job[]) process.stdout.write(`${JSON.stringify(await judge(job, files))}\n`)
rmSync(files, { recursive: true })
process.exit()
