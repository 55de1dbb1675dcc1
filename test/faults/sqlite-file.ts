import { chooseDriver } from '../../storage/sqlite/driver.js'
import type { SqliteDatabase } from '../../storage/sqlite/driver.js'

/** What every row of the history says last must be what the table has; what is forgotten says nothing. */
const disagreements = `
  WITH latest AS (SELECT collection, id, max(sequence) AS sequence FROM changes GROUP BY collection, id)
  SELECT latest.collection, latest.id, changes.kind, changes.version, operations.version AS found
  FROM latest JOIN changes USING (sequence) LEFT JOIN operations
    ON operations.collection = latest.collection AND operations.id = latest.id
  WHERE CASE changes.kind WHEN 'removed' THEN operations.id IS NOT NULL ELSE operations.version IS NOT changes.version END`

/** Whatever is there is of a collection. */
const strays = `
  SELECT collection FROM (SELECT collection FROM operations UNION SELECT collection FROM changes)
  WHERE NOT EXISTS (SELECT 1 FROM collections WHERE number = collection)`

/** Everything that is wrong with the database, whoever else has it open. */
export function inspect (database: SqliteDatabase): string[] {
  const integrity = (database.prepare('PRAGMA integrity_check').all() as Array<{ integrity_check: string }>).map((row) => row.integrity_check)
  const wrong = integrity.length === 1 && integrity[0] === 'ok' ? [] : integrity.map((line) => `integrity check: ${line}`)
  return [
    ...wrong,
    ...database.prepare(disagreements).all().map((row) => `history and table differ: ${JSON.stringify(row)}`),
    ...database.prepare(strays).all().map((row) => `of no collection: ${JSON.stringify(row)}`)
  ]
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
