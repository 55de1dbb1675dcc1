import type { Candidate, Range } from '../query/plan.js'
import type { Scanner } from '../query/run.js'
import type { Expression, Order, Page } from '../query/tree.js'
import type { Dialect } from '../sql/dialect.js'
import { makeSelects } from '../sql/select.js'
import type { Statement } from '../sql/select.js'
import type { Collection, OperationRecord } from '../store.js'
import type { Run } from './connections.js'
import { onceATurn } from './once-a-turn.js'
import { together, togetherLimit, toRecords } from './records.js'

/** Makes what reads one collection of the database; those who read the same at the same time share one answer. */
export function makeScanners (readLong: Run, dialect: Dialect): (collection: Collection) => Scanner {
  const run = onceATurn(readLong)
  const readRecords = onceATurn(async (statement) => Object.freeze(toRecords(await readLong(statement))))
  return (collection) => {
    const selects = makeSelects(dialect, collection)
    const read = async (statement: Statement, { limit }: Page): Promise<readonly OperationRecord[]> => await readRecords(limit > togetherLimit ? statement : together(statement))
    return {
      async walk (candidate: Candidate, total: readonly Order[], page: Page, maxScanned: number | undefined) {
        const found = await read(selects.walk(candidate, total, page, maxScanned), page)
        if (maxScanned === undefined || found.length === page.limit) return found
        return (await run(selects.probeWalk(candidate, total, page, maxScanned))).length > 0 ? undefined : found
      },
      sort: async (candidate: Candidate, total: readonly Order[], page: Page) => await read(selects.sort(candidate, total, page), page),
      hasMoreThan: async (range: Range, records: number) => (await run(selects.probe(range, records))).length > 0,
      count: async (range: Range, residual: Expression | undefined) => Number((await run(selects.count(range, residual)) as [{ count: string }])[0].count)
    }
  }
}
