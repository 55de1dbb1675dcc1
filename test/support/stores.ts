import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { memoryStore, postgresStore, sqliteStore } from '../../index.js'
import type { OperationStore } from '../../index.js'
import { startPostgres } from './postgres.js'
import type { Postgres } from './postgres.js'

let server: Promise<Postgres> | undefined

/** An empty database of the one server that a test file shares. `t` is the file's own. */
async function makeDatabase (t: Test): Promise<string> {
  server ??= startPostgres(t)
  return await (await server).makeDatabase()
}

/** How to make an empty store of each kind; it is closed when the test ends, or before. `root` is the test of the whole file. */
export function makeStoreKinds (root: Test): Readonly<Record<'memory' | 'sqlite' | 'postgres', (t: Test) => Promise<OperationStore>>> {
  const closedWith = (t: Test, store: OperationStore): OperationStore => {
    t.teardown(async () => { await store.close() })
    return store
  }
  return {
    memory: async (t) => closedWith(t, memoryStore()),
    sqlite: async (t) => closedWith(t, await sqliteStore({ file: join(mkdtempSync(join(t.testdir(), 'store-')), 'operations.db') })),
    postgres: async (t) => closedWith(t, await postgresStore({ url: await makeDatabase(root) }))
  }
}
