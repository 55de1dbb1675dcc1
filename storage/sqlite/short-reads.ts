import { toTotalOrder } from '../query/order.js'
import { toCandidates } from '../query/plan.js'
import type { Expression } from '../query/tree.js'
import { makeSelects } from '../sql/select.js'
import type { Collection, Key, OperationRecord } from '../store.js'
import { sqliteDialect } from './dialect.js'
import type { SqliteDatabase } from './driver.js'
import type { Reads } from './reads.js'
import { makeRunner, makeScanner } from './scanner.js'
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

/** `find` answers from what is kept of the file, or from the file. */
export function makeShortReads (database: SqliteDatabase, reads: Reads, find: (key: Key) => OperationRecord | undefined): ShortReads {
  const statements = prepareReads(database)
  const run = makeRunner(database)

  const isSmall = ({ tenant, owner }: Collection): boolean => {
    const { records, bytes } = statements.start.get(tenant, owner, small.records + 1) as { records: number, bytes: number | null }
    return records <= small.records && (bytes ?? 0) <= small.bytes
  }

  /** An index that gives the order has the ids too: records are read where they are not kept. */
  const readPage = ({ tenant, owner }: Collection, ids: readonly string[]): readonly OperationRecord[] | undefined => {
    const records: OperationRecord[] = []
    let characters = 0
    for (const id of ids) {
      const record = find({ tenant, owner, id }) as OperationRecord
      characters += record.text.length
      if (characters > shortCharacters) return undefined
      records.push(record)
    }
    return records
  }

  return {
    list (collection, query, page) {
      const served = toCandidates(query).find(({ isOrdered, residual }) => isOrdered && residual === undefined)
      if (served === undefined) return isSmall(collection) ? reads.list(collection, query, page) : undefined
      const { probeWalk, walkIds } = makeSelects(sqliteDialect, collection)
      const total = toTotalOrder(query)
      const isShort = page.skip + page.limit <= shortRecords || run(probeWalk(served, total, page, shortRecords)).length === 0
      return isShort ? readPage(collection, (run(walkIds(served, total, page)) as Array<{ id: string }>).map(({ id }) => id)) : undefined
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
