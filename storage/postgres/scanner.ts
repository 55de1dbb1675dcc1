import type { Candidate, Range } from '../query/plan.js'
import type { Scanner } from '../query/run.js'
import type { Expression, Order, Page } from '../query/tree.js'
import type { Dialect } from '../sql/dialect.js'
import { makeSelects } from '../sql/select.js'
import type { Statement } from '../sql/select.js'
import type { Collection, OperationRecord } from '../store.js'
import type { Run } from './connections.js'
import { toRecord } from './statements.js'

/** Reads one collection of the database. */
export function makeScanner (run: Run, dialect: Dialect, collection: Collection): Scanner {
  const selects = makeSelects(dialect, collection)
  const read = async (statement: Statement): Promise<OperationRecord[]> => (await run(statement)).map(toRecord)
  return {
    async walk (candidate: Candidate, total: readonly Order[], page: Page, maxScanned: number | undefined) {
      const found = await read(selects.walk(candidate, total, page, maxScanned))
      if (maxScanned === undefined || found.length === page.limit) return found
      return (await run(selects.probeWalk(candidate, total, page, maxScanned))).length > 0 ? undefined : found
    },
    sort: async (candidate: Candidate, total: readonly Order[], page: Page) => await read(selects.sort(candidate, total, page)),
    hasMoreThan: async (range: Range, records: number) => (await run(selects.probe(range, records))).length > 0,
    count: async (range: Range, residual: Expression | undefined) => Number((await run(selects.count(range, residual)) as [{ count: string }])[0].count)
  }
}
