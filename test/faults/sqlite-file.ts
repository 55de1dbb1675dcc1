import { chooseDriver } from '../../storage/sqlite/driver.js'
import type { SqliteDatabase } from '../../storage/sqlite/driver.js'

/** What every row of the history says last must be what the table has; what is forgotten says nothing. */
const disagreements = `
  WITH latest AS (SELECT tenant, owner, id, max(sequence) AS sequence FROM changes GROUP BY tenant, owner, id)
  SELECT latest.tenant, latest.owner, latest.id, changes.kind, changes.version, operations.version AS found
  FROM latest JOIN changes USING (sequence) LEFT JOIN operations
    ON operations.tenant = latest.tenant AND operations.owner = latest.owner AND operations.id = latest.id
  WHERE CASE changes.kind WHEN 'removed' THEN operations.id IS NOT NULL ELSE operations.version IS NOT changes.version END`

/** Everything that is wrong with the database, whoever else has it open. */
export function inspect (database: SqliteDatabase): string[] {
  const integrity = (database.prepare('PRAGMA integrity_check').all() as Array<{ integrity_check: string }>).map((row) => row.integrity_check)
  const wrong = integrity.length === 1 && integrity[0] === 'ok' ? [] : integrity.map((line) => `integrity check: ${line}`)
  return [...wrong, ...database.prepare(disagreements).all().map((row) => `history and table differ: ${JSON.stringify(row)}`)]
}

/** {@link inspect} for a file. */
export async function inspectFile (file: string): Promise<string[]> {
  const { DatabaseSync } = await chooseDriver()
  const database = new DatabaseSync(file)
  try {
    return inspect(database)
  } finally {
    database.close()
  }
}
