import type { Candidate, Range } from '../query/plan.js'
import type { Scanner } from '../query/run.js'
import type { Expression, Order, Page } from '../query/tree.js'
import { makeSelects } from '../sql/select.js'
import type { Statement } from '../sql/select.js'
import type { Collection, OperationRecord } from '../store.js'
import { sqliteDialect } from './dialect.js'
import type { SqliteDatabase, SqliteStatement } from './driver.js'
import { toRecord } from './statements.js'
import type { Row } from './statements.js'

/** Statements of queries that are kept compiled. */
const keptStatements = 64

/** Compiles the statements of queries; those used last are kept. */
export function makePreparer (database: SqliteDatabase): (sql: string) => SqliteStatement {
  const kept = new Map<string, SqliteStatement>()
  return (sql) => {
    const statement = kept.get(sql) ?? database.prepare(sql)
    kept.delete(sql)
    kept.set(sql, statement)
    const [oldest] = kept.keys()
    if (kept.size > keptStatements) kept.delete(oldest as string)
    return statement
  }
}

/** The rows of a statement. */
type Run = (statement: Statement) => unknown[]

export function makeRunner (database: SqliteDatabase): Run {
  const prepare = makePreparer(database)
  return ({ sql, parameters }) => prepare(sql).all(...parameters)
}

/** Reads one collection of the file. */
export function makeScanner (run: Run, collection: Collection): Scanner {
  const selects = makeSelects(sqliteDialect, collection)
  const read = (statement: Statement): OperationRecord[] => (run(statement) as Row[]).map(toRecord)
  return {
    walk (candidate: Candidate, total: readonly Order[], page: Page, maxScanned: number | undefined) {
      const found = read(selects.walk(candidate, total, page, maxScanned))
      if (maxScanned === undefined || found.length === page.limit) return found
      return run(selects.probeWalk(candidate, total, page, maxScanned)).length > 0 ? undefined : found
    },
    sort: (candidate: Candidate, total: readonly Order[], page: Page) => read(selects.sort(candidate, total, page)),
    hasMoreThan: (range: Range, records: number) => run(selects.probe(range, records)).length > 0,
    count: (range: Range, residual: Expression | undefined) => (run(selects.count(range, residual)) as [{ count: number }])[0].count
  }
}
