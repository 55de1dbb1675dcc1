import type { SqliteDatabase } from './driver.js'

/**
 * Makes what runs reads in a transaction: all of its statements see one state of the file, whatever other
 * connections write meanwhile. A busy file is met when the snapshot is taken, and not later: what
 * @photostructure/sqlite throws out of `all` and `iterate` does not say what it is.
 */
export function makeSnapshots (database: SqliteDatabase): <T>(action: () => T) => T {
  const snapshot = database.prepare('SELECT mark FROM about')
  return (action) => {
    database.exec('BEGIN')
    try {
      snapshot.get()
      return action()
    } finally {
      database.exec('COMMIT')
    }
  }
}
