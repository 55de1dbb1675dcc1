import { OutcomeUnknownError, StoreFullError, StoreUnavailableError } from '../store.js'

/** An error that PostgreSQL itself reports. @see PostgreSQL, Appendix A (codes) and 55.8 (fields) */
interface Reported extends Error {
  /** `ERROR` ends the statement and its transaction; `FATAL` and `PANIC` end the connection. In the server's language. */
  readonly severity?: string
  /** SQLSTATE, five characters. */
  readonly code?: string
}

// serialization_failure, deadlock_detected; what a pipeline makes of a statement whose preparation failed before:
// invalid_sql_statement_name, duplicate_prepared_statement
const again = /^(?:40001|40P01|26000|42P05)$/
// what ends a connection, or may: authorization, exceptions of connections, sessions that are ended, errors of the system
const ending = /^(?:08...|28...|25P0[345]|53300|57P..|58...|F0...|XX...)$/
// disk_full
const full = '53100'
// read_only_sql_transaction
const readOnly = '25006'
// connection exceptions, insufficient resources, operator intervention; lock_not_available
const unavailable = /^(?:08...|53...|57...|55P03)$/

/** The server answered that the statement is undone. Anything else leaves open what became of it. */
export function isUndone (error: unknown): boolean {
  const { severity, code } = error as Reported
  if (severity === undefined || severity === 'FATAL' || severity === 'PANIC') return false
  return severity === 'ERROR' || !ending.test(String(code))
}

/** The statement is undone because of what others did at the same time, and can be sent again. */
export function isAgain (error: unknown): boolean {
  return isUndone(error) && again.test(String((error as Reported).code))
}

/** The server takes no writes on this connection: another one may have become the primary. */
export function isReadOnly (error: unknown): boolean {
  return isUndone(error) && (error as Reported).code === readOnly
}

/** What a caller is told when nothing was stored. */
export function toFailure (error: unknown): unknown {
  if (error instanceof StoreUnavailableError) return error
  const code = String((error as Reported).code)
  if (code === full) return new StoreFullError('the database has no room', { cause: error })
  const isAway = !isUndone(error) || unavailable.test(code) || isAgain(error) || isReadOnly(error)
  return isAway ? new StoreUnavailableError('the database does not answer', { cause: error }) : error
}

/** What a caller is told of a write that was sent. */
export function toWriteFailure (error: unknown): unknown {
  const isKnown = error instanceof StoreUnavailableError || isUndone(error)
  return isKnown ? toFailure(error) : new OutcomeUnknownError('the answer to a write was lost', { cause: error })
}
