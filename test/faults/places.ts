import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Edit } from '../support/compile.js'
import type { Ending } from '../support/keeper.js'
import { startPostgres } from '../support/postgres.js'
import type { Postgres } from '../support/postgres.js'
import { inspectFile } from './sqlite-file.js'

/** Where servers keep what they are told. */
export interface Place {
  /** The STORE of a server. */
  readonly setting: string
  /** What is wrong with the store itself, whoever else has it open. */
  readonly inspect: () => Promise<string[]>
  /**
   * Called when a server was killed, before there is another one. What it answers is called before anything is
   * looked at, and resolves when nothing that the dead one had begun goes on.
   */
  readonly settle: () => Promise<() => Promise<void>>
  readonly edits?: readonly Edit[]
}

/** What every collection's history says last of an operation is what the table has; what is forgotten says nothing. */
const disagreements = `
  SELECT latest.tenant, latest.owner, latest.id, latest.kind, latest.version, operations.version AS found
  FROM (SELECT DISTINCT ON (tenant, owner, id) * FROM graph_operations.changes ORDER BY tenant, owner, id, sequence DESC) AS latest
  LEFT JOIN graph_operations.operations USING (tenant, owner, id)
  WHERE CASE latest.kind WHEN 'removed' THEN operations.id IS NOT NULL ELSE operations.version IS DISTINCT FROM latest.version END`

/** So that servers are killed while the log is copied, too. */
const frequentCopies: readonly Edit[] = [{ file: 'storage/sqlite/checkpoints.ts', replace: 'const pagesPerCopy = 2_000', by: 'const pagesPerCopy = 100' }]

function onSqlite (folder: string): Place {
  const file = join(folder, 'operations.db')
  return {
    setting: `sqlite:${file}`,
    inspect: async () => await inspectFile(file),
    // nothing of a dead process goes on
    settle: async () => async () => undefined,
    edits: frequentCopies
  }
}

/** A database of a server. */
export async function onPostgres ({ makeDatabase, query }: Pick<Postgres, 'makeDatabase' | 'query'>): Promise<Place> {
  const url = await makeDatabase()
  const others = async (): Promise<number[]> => (await query("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()", [], url)).map(({ pid }) => pid as number)
  return {
    setting: url,
    inspect: async () => (await query(disagreements, [], url)).map((row) => `history and table differ: ${JSON.stringify(row)}`),
    async settle () {
      // they carry out what they were sent, whether anybody hears the answer or not
      const left = await others()
      return async () => { while ((await others()).some((pid) => left.includes(pid))) await delay(5) }
    }
  }
}

/** Each transaction is committed when the next one begins, and acknowledged before. */
const late: readonly Edit[] = [
  { file: 'storage/sqlite/writes.ts', replace: "database.exec('BEGIN IMMEDIATE')", by: "database.exec(database.isTransaction ? 'COMMIT; BEGIN IMMEDIATE' : 'BEGIN IMMEDIATE')" },
  { file: 'storage/sqlite/writes.ts', replace: "database.exec('COMMIT')", by: '' }
]

const places: Readonly<Record<string, (folder: string, ending: Ending) => Place | Promise<Place>>> = {
  sqlite: onSqlite,
  postgres: async (_folder, ending) => await onPostgres(await startPostgres(ending)),
  // must be found out
  'sqlite that commits late': (folder) => ({ ...onSqlite(folder), inspect: async () => [], edits: late })
}

/** An empty place of a kind, gone with `ending`. */
export async function makePlace (kind: string, folder: string, ending: Ending): Promise<Place> {
  const make = places[kind]
  if (make === undefined) throw new Error(`there is no store ${kind}`)
  return await make(folder, ending)
}
