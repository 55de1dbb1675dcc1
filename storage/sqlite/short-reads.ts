import { toTotalOrder } from '../query/order.js'
import { toCandidates } from '../query/plan.js'
import type { Candidate } from '../query/plan.js'
import type { Expression, Page, Query } from '../query/tree.js'
import { makeSelects } from '../sql/select.js'
import type { Collection, Key, OperationRecord } from '../store.js'
import { sqliteDialect } from './dialect.js'
import type { SqliteDatabase } from './driver.js'
import type { KeptRecords } from './kept-records.js'
import type { Reads } from './reads.js'
import { makePreparer, makeRunner, makeScanner } from './scanner.js'
import { prepareReads } from './statements.js'

/*
 * What may run on the thread of the event loop: reads whose cost is known before, some milliseconds at most.
 * A record costs about 20 µs, an entry of an index 0.1 µs, a mebibyte of texts 3 ms.
 */

/** Records, changes, and records left out, that one read may look up. */
const shortRecords = 128

/** Entries of an index that may be counted. */
const shortCount = 1_000

/** Characters of texts that one page may have. */
const shortCharacters = 1 << 20

/** A collection that any query may read as a whole: records, and bytes of their texts. */
const small = { records: 64, bytes: 1 << 16 } as const

/** {@link Reads} that answer `undefined` where an answer might take long. */
export type ShortReads = { readonly [K in keyof Reads]: (...parameters: Parameters<Reads[K]>) => ReturnType<Reads[K]> | undefined }

type Find = (key: Key) => OperationRecord | undefined

/** An order that an index gives, to whoever needs no more than its entries. */
function findServed (query: Query): Candidate | undefined {
  return toCandidates(query).find(({ isOrdered, residual }) => isOrdered && residual === undefined)
}

/** What is found of some ids, unless their text is too much or one of them is not there. */
function toPage (ids: readonly string[], { tenant, owner }: Collection, find: Find): readonly OperationRecord[] | undefined {
  const records: OperationRecord[] = []
  let characters = 0
  for (const id of ids) {
    const record = find({ tenant, owner, id })
    if (record === undefined) return undefined
    characters += record.text.length
    if (characters > shortCharacters) return undefined
    records.push(record)
  }
  return records
}

/**
 * Makes the short reads, and `listKept`: a list whose records are all at hand, which needs no snapshot. `find` answers
 * from what is `kept`, or from the file.
 */
export function makeShortReads (database: SqliteDatabase, reads: Reads, kept: KeptRecords, find: Find): { readonly short: ShortReads, readonly listKept: ShortReads['list'] } {
  const statements = prepareReads(database)
  const prepare = makePreparer(database)
  const run = makeRunner(database)

  const isSmall = ({ tenant, owner }: Collection): boolean => {
    const { records, bytes } = statements.start.get(tenant, owner, small.records + 1) as { records: number, bytes: number | null }
    return records <= small.records && (bytes ?? 0) <= small.bytes
  }

  /** An index that gives the order has the ids too; one row of them all is read much faster than a row of each. */
  const readIds = (served: Candidate, collection: Collection, query: Query, page: Page): readonly string[] => {
    const { sql, parameters } = makeSelects(sqliteDialect, collection).walkIds(served, toTotalOrder(query), page, (order) => `json_group_array(id${order})`)
    const { ids } = prepare(sql).get(...parameters) as { ids: string }
    return JSON.parse(ids) as string[]
  }

  const short: ShortReads = {
    list (collection, query, page) {
      const served = findServed(query)
      if (served === undefined) return isSmall(collection) ? reads.list(collection, query, page) : undefined
      const isShort = page.skip + page.limit <= shortRecords ||
        run(makeSelects(sqliteDialect, collection).probeWalk(served, toTotalOrder(query), page, shortRecords)).length === 0
      return isShort ? toPage(readIds(served, collection, query, page), collection, find) : undefined
    },
    count (collection, filter: Expression | undefined) {
      const served = toCandidates({ filter, orderBy: [] }).find(({ residual }) => residual === undefined)
      if (served === undefined) return isSmall(collection) ? reads.count(collection, filter) : undefined
      const { hasMoreThan, count } = makeScanner(run, collection)
      return hasMoreThan(served.range, shortCount) === true ? undefined : count(served.range, undefined) as number
    },
    changes (collection, cursor, limit) {
      const page = reads.changes(collection, cursor, Math.min(limit, shortRecords + 1))
      return page.expired || page.changes.length <= shortRecords ? page : undefined
    }
  }

  const listKept: ShortReads['list'] = (collection, query, page) => {
    const served = findServed(query)
    if (served === undefined || page.skip + page.limit > shortRecords) return undefined
    const ids = readIds(served, collection, query, page)
    // nobody wrote since what is kept was found to hold, so also not between the ids and here
    return kept.verify() ? toPage(ids, collection, kept.find) : undefined
  }

  return { short, listKept }
}
