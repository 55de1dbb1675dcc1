import { makeCursors } from '../cursors.js'
import type { Place } from '../cursors.js'
import type { ChangesPage, Collection, CommittedChange } from '../store.js'
import type { Run } from './connections.js'
import type { Row } from './driver.js'
import type { Statements } from './statements.js'

const toPlace = (sequence: unknown, version: unknown): Place => ({ sequence: Number(sequence), version: (version ?? '') as string })

/** Reads the histories of collections. Each is numbered for itself, so a cursor is good for one collection only. */
export function makeHistory (run: Run, statements: Statements, mark: string): (collection: Collection, cursor: string | undefined, limit: number) => Promise<ChangesPage> {
  return async (collection, cursor, limit) => {
    const { tenant, owner } = collection
    const { toCursor, findSequence } = makeCursors(JSON.stringify([mark, tenant, owner]))
    const after = cursor === undefined ? undefined : findSequence(cursor)
    if (cursor !== undefined && after === undefined) return { expired: true }
    const rows = await run(statements.changes(collection, after, limit))
    const forgotten = Number(rows[0]?.['forgotten'] ?? 0)
    // a change that was not made yet has no version
    const place = toPlace(after ?? forgotten, rows[0]?.['before'])
    if (place.sequence < forgotten || (cursor !== undefined && toCursor(place) !== cursor)) return { expired: true }
    const found = rows.filter(({ id }) => id !== null)
    const end = found.at(-1)
    return {
      expired: false,
      changes: found.map(({ kind, id, version }) => ({ kind, id, version }) as CommittedChange),
      cursor: toCursor(end === undefined ? place : toPlace(end['sequence'], end['version']))
    }
  }
}

/**
 * Up to where the history is dropped after changes with these answers, `undefined` for nowhere: a tenth more than
 * asked is kept, so that not every commit has something to drop.
 */
export function findForgotten (answers: ReadonlyArray<readonly Row[]>, keptChanges: number): number | undefined {
  const made = answers.flat()
  const last = Math.max(0, ...made.map((row) => Number(row['last'])))
  const kept = last - Math.max(0, ...made.map((row) => Number(row['forgotten'])))
  return kept >= keptChanges + Math.ceil(keptChanges / 10) ? last - keptChanges : undefined
}
