import type { FunctionName, Reading } from '../query/tree.js'

/** SQL of a value: text that stands where an expression may. */
export type Sql = string

/** A value as a driver takes it. */
export type Parameter = string | number | null

/** The columns that have a record. */
export const recordColumns: Sql = 'id, type, created, last_action, status, text, version'

/** What databases say in their own ways; everything else is said once, in expression.ts and select.ts. */
export interface Dialect {
  /** The table of operations. */
  readonly table: Sql
  /** What is selected of a record, made of {@link recordColumns}. */
  readonly record: Sql
  /** What the rows of one collection fulfil. */
  readonly inCollection: (tenant: Sql, owner: Sql) => Sql
  /** What every record fulfils and a statement must say to be served by another index than the key's; empty where it need not. */
  readonly inIndexes: Sql
  /** The parameter with this number, from 1 on, which may stand in several places, and what the driver is given for it. */
  readonly parameter: (number: number, value: string | number | boolean) => { readonly sql: Sql, readonly value: Parameter }
  /** The value at a path of `text`, null where it is of another kind than the reading. */
  readonly member: (path: readonly string[], reading: Exclude<Reading, 'enumeration'>) => Sql
  /** True or false, never null: null equals null only. */
  readonly isSame: (left: Sql, right: Sql) => Sql
  readonly never: Sql
  readonly always: Sql
  /**
   * `left ge right` of conditions, never null. Each operand stands once in it: conditions hold conditions, and the
   * SQL would grow twofold with every level.
   */
  readonly isImplied: (left: Sql, right: Sql) => Sql
  readonly functions: Readonly<Record<FunctionName, (text: Sql, other: Sql) => Sql>>
  readonly firstCharacters: (text: Sql, count: number) => Sql
  /** One term of ORDER BY, null lowest. */
  readonly orderTerm: (term: Sql, descending: boolean) => Sql
}
