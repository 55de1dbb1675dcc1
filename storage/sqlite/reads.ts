import { makeCursors, origin } from '../cursors.js'
import type { Place } from '../cursors.js'
import { runCount, runList } from '../query/run.js'
import type { Expression, Page, Query } from '../query/tree.js'
import type { ChangesPage, Collection, OperationRecord } from '../store.js'
import type { SqliteDatabase } from './driver.js'
import { makeRunner, makeScanner } from './scanner.js'
import { prepareReads } from './statements.js'

/** The reads of a store that may be long, over one connection, each to be run in a snapshot. */
export interface Reads {
  readonly list: (collection: Collection, query: Query, page: Page) => readonly OperationRecord[]
  readonly count: (collection: Collection, filter: Expression | undefined) => number
  readonly changes: (collection: Collection, cursor: string | undefined, limit: number) => ChangesPage
}

export function makeReads (database: SqliteDatabase): Reads {
  const run = makeRunner(database)
  const statements = prepareReads(database)
  const { mark } = statements.about.get() as { mark: string }
  const cursors = makeCursors(mark)

  /** The place before the oldest change kept: the change before it is kept too, so that cursors after it can be told. */
  const findStart = (): Place => {
    const oldest = statements.oldest.get()
    return oldest === undefined || oldest.sequence === 1 ? origin : oldest
  }

  const findPlace = (cursor: string): Place | undefined => {
    const sequence = cursors.findSequence(cursor)
    const place = sequence === undefined ? undefined : sequence === 0 ? findStart() : statements.place.get(sequence)
    return place !== undefined && cursors.toCursor(place) === cursor ? place : undefined
  }

  const readChanges = ({ tenant, owner }: Collection, cursor: string | undefined, limit: number): ChangesPage => {
    const place = cursor === undefined ? findStart() : findPlace(cursor)
    if (place === undefined) return { expired: true }
    const found = statements.changes.all(tenant, owner, place.sequence, limit)
    // past the changes of others, which would make the cursor of a quiet collection expire
    const end = limit > 0 ? statements.newest.get() ?? origin : place
    return {
      expired: false,
      changes: found.map(({ kind, id, version }) => ({ kind, id, version })),
      cursor: cursors.toCursor(found.at(-1) ?? end)
    }
  }

  return {
    // a scanner that answers at once makes these answer at once
    list: (collection, query, page) => runList(makeScanner(run, collection), query, page) as readonly OperationRecord[],
    count: (collection, filter) => runCount(makeScanner(run, collection), filter) as number,
    changes: readChanges
  }
}
