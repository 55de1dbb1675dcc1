import { access, constants, stat, statfs } from 'node:fs/promises'
import { StoreUnavailableError } from '../store.js'

/** Bytes left to the file system of the file: with less, only a write tells whether there is room. */
const littleRoom = 1 << 20

/**
 * Makes a look at the file of a connection from outside. Closing a file that SQLite has open would end SQLite's
 * locks, so that it is never opened here.
 * @see https://sqlite.org/howtocorrupt.html, 2.2
 */
export async function makeInspection (path: string): Promise<() => Promise<{ readonly isCrowded: boolean }>> {
  const opened = await stat(path)
  return async () => {
    const [found, { bavail, bsize }] = await Promise.all([stat(path), statfs(path), access(path, constants.R_OK | constants.W_OK)])
    // what is written to a file without a name goes with the connection
    if (found.ino !== opened.ino || found.dev !== opened.dev) throw new StoreUnavailableError('there is another file where that of the store was')
    return { isCrowded: bavail * bsize < littleRoom }
  }
}
