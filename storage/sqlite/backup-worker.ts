import { workerData } from 'node:worker_threads'
import type { BackupSetup } from './backup.js'
import { untilFree } from './busy.js'
import type { SqliteDatabase, SqliteDriver } from './driver.js'
import { checkStore, makeDurable } from './migrations.js'

/*
 * The program of a thread that makes a backup: it copies one snapshot of the file, and checks the copy. The
 * file stays as it is, its format included.
 */

const { driver, file, target, busyTimeoutMillis } = workerData as BackupSetup
const { DatabaseSync } = await import(driver) as SqliteDriver

async function using (path: string, use: (database: SqliteDatabase) => void): Promise<void> {
  const database = new DatabaseSync(path)
  try {
    makeDurable(database)
    await untilFree(() => { use(database) }, busyTimeoutMillis)
  } finally {
    database.close()
  }
}

await using(file, (database) => {
  checkStore(database)
  database.prepare('VACUUM INTO ?').run(target)
})

await using(target, (database) => {
  database.exec('PRAGMA cache_size=-65536')
  const { integrity_check: found } = database.prepare('PRAGMA integrity_check').get() as { integrity_check: string }
  if (found !== 'ok') throw new Error(`the copy is not sound: ${found}`)
})
