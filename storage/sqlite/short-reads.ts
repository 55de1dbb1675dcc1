import { toTotalOrder } from '../query/order.js'
import { toCandidates } from '../query/plan.js'
import { runList } from '../query/run.js'
import type { Expression } from '../query/tree.js'
import { makeSelects } from '../sql/select.js'
import type { Collection, OperationRecord } from '../store.js'
import { sqliteDialect } from './dialect.js'
import type { SqliteDatabase } from './driver.js'
import type { Reads } from './reads.js'
import { makePreparer, makeRunner, makeScanner } from './scanner.js'
import type { Run } from './scanner.js'
import { prepareReads } from './statements.js'
import type { Row } from './statements.js'

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

/** A page has more text than was known before it was read. */
class TooMuchText extends Error {}

export function makeShortReads (database: SqliteDatabase, reads: Reads): ShortReads {
  const statements = prepareReads(database)
  const prepare = makePreparer(database)
  const run = makeRunner(database)

  const isSmall = ({ tenant, owner }: Collection): boolean => {
    const { records, bytes } = statements.start.get(tenant, owner, small.records + 1) as { records: number, bytes: number | null }
    return records <= small.records && (bytes ?? 0) <= small.bytes
  }

  const readPage = (...[collection, query, page]: Parameters<Reads['list']>): readonly OperationRecord[] | undefined => {
    let characters = 0
    const bounded: Run = (statement) => {
      const rows: Row[] = []
      for (const row of prepare(statement.sql).iterate(...statement.parameters) as Iterable<Row>) {
        rows.push(row)
        characters += row.text.length
        if (characters > shortCharacters) throw new TooMuchText()
      }
      return rows
    }
    try {
      return runList(makeScanner(bounded, collection), query, page) as readonly OperationRecord[]
    } catch (error) {
      if (error instanceof TooMuchText) return undefined
      throw error
    }
  }

  return {
    list (collection, query, page) {
      const served = toCandidates(query).find(({ isOrdered, residual }) => isOrdered && residual === undefined)
      if (served === undefined) return isSmall(collection) ? reads.list(collection, query, page) : undefined
      const isShort = page.skip + page.limit <= shortRecords ||
        run(makeSelects(sqliteDialect, collection).probeWalk(served, toTotalOrder(query), page, shortRecords)).length === 0
      return isShort ? readPage(collection, query, page) : undefined
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
}
