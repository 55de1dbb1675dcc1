import { checkpoint, makeLook } from './connection.js'
import type { SqliteDatabase } from './driver.js'

/** Pages that the log grows by before it is copied: 8 MB. */
const pagesPerCopy = 2_000

/** Pages with which commits wait even for the long read that runs, lest the log grow without end. */
const tooManyPages = 4 * pagesPerCopy

/** Pages that were written while the others were copied: so few that copying them is over at once. */
const fewPages = 64

/** More passes than this only follow writers who are faster. */
const passLimit = 8

/**
 * Copies the log until hardly anything is written to it meanwhile; writers go on. Says whether the file has nearly
 * all of it then: a reader of an old state keeps it from that, and another one who copies, and a full disk.
 */
export function copyLog (database: SqliteDatabase): boolean {
  let before = 0
  for (let pass = 0; pass < passLimit; pass += 1) {
    const { pages, copied } = checkpoint(database, 'PASSIVE')
    if (copied - before < fewPages) return copied >= 0 && pages - copied < fewPages
    before = copied
  }
  return true
}

/** What copies the log beside those who write it. */
export interface Copying {
  /** Does not hold the event loop, and answers what {@link copyLog} does. */
  readonly copy: () => Promise<boolean>
  /** Whether `copy` would begin at once. */
  readonly isFree: () => boolean
  /** Lets commits wait, and nothing else, until what it is given is over. */
  readonly hold: (action: () => Promise<unknown>) => Promise<void>
  /** No copy is begun any more. */
  readonly isClosed: () => boolean
}

/**
 * Makes what is called after every commit, and sees to it that the log is copied when it has grown. While others
 * write, SQLite neither syncs the file nor finds the log copied to its end: the last few pages are copied while
 * commits wait, so that the next one begins the log anew.
 * @see https://sqlite.org/wal.html, 2.3 Checkpointing
 */
export function makeCheckpoints (database: SqliteDatabase, { copy, isFree, hold, isClosed }: Copying): () => void {
  const look = makeLook(database)
  /** Pages that the log had when it was copied last. */
  let tried = 0
  let isCopying = false
  const run = async (): Promise<void> => {
    try {
      if (await copy() && (isFree() || tried >= tooManyPages) && !isClosed()) await hold(copy)
    } catch {
      // whatever ended the thread, what is committed stays in the log: the next copy takes it along, with another
      // thread, or a commit does, which copies the log itself when it has grown too large
    } finally {
      isCopying = false
    }
  }
  return () => {
    if (isCopying || isClosed()) return
    const { pages } = look()
    // it began anew
    if (pages < tried) tried = 0
    if (pages - tried < pagesPerCopy) return
    tried = pages
    isCopying = true
    void run()
  }
}
