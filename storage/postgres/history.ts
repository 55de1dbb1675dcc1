import { createHash } from 'node:crypto'
import type { ChangesPage, Collection, CommittedChange } from '../store.js'
import { makeCursors } from '../versions.js'
import type { Run } from './connections.js'
import type { Statements } from './statements.js'

/** Reads the histories of collections. Each is numbered for itself, so a cursor is good for one collection only. */
export function makeHistory (run: Run, statements: Statements, mark: string): (collection: Collection, cursor: string | undefined, limit: number) => Promise<ChangesPage> {
  return async (collection, cursor, limit) => {
    const { tenant, owner } = collection
    const { toCursor, findSequence } = makeCursors(createHash('sha256').update(JSON.stringify([mark, tenant, owner])).digest('hex').slice(0, 12))
    const after = cursor === undefined ? undefined : findSequence(cursor)
    if (cursor !== undefined && after === undefined) return { expired: true }
    const rows = await run(statements.changes(collection, after, limit))
    const [last, forgotten] = [Number(rows[0]?.['last'] ?? 0), Number(rows[0]?.['forgotten'] ?? 0)]
    const place = after ?? forgotten
    if (place < forgotten || place > last) return { expired: true }
    const found = rows.filter(({ id }) => id !== null)
    return {
      expired: false,
      changes: found.map(({ kind, id, version }) => ({ kind, id, version }) as CommittedChange),
      cursor: toCursor(Number(found.at(-1)?.['sequence'] ?? place))
    }
  }
}

/**
 * Up to where the history is dropped once `count` more changes brought it to number `last`, `undefined` for nowhere:
 * a tenth more than asked is kept, so that not every commit has something to drop.
 */
export function findForgotten (last: number, count: number, keptChanges: number): number | undefined {
  const step = Math.ceil(keptChanges / 10)
  const isDue = Math.floor(last / step) > Math.floor((last - count) / step)
  return isDue && last > keptChanges ? last - keptChanges : undefined
}
