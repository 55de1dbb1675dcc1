import { GraphError } from '../errors.js'
import type { OperationRecord } from '../storage/store.js'

/** Some versions, or `*` for any as long as the operation exists. */
export type Versions = '*' | readonly string[]

/** The state an operation must be in for a request to be carried out. */
export interface Precondition {
  /** It exists in one of these versions. */
  readonly match?: Versions | undefined
  /** It does not exist in any of these versions. */
  readonly noneMatch?: Versions | undefined
}

function isNamed (versions: Versions, found: OperationRecord | undefined): boolean {
  return found !== undefined && (versions === '*' || versions.includes(found.version))
}

/**
 * What is asked to match comes first, then what must not.
 * @throws resourceModified
 * @see RFC 9110, 13.2.2; OData 4.01 Part 1, 11.4.1.1
 */
export function checkPrecondition (found: OperationRecord | undefined, { match, noneMatch }: Precondition = {}): void {
  if (match !== undefined && !isNamed(match, found)) throw new GraphError('resourceModified')
  if (noneMatch !== undefined && isNamed(noneMatch, found)) throw new GraphError('resourceModified', 'the operation is in a state that If-None-Match excludes')
}

/**
 * The record, if there is one and it is in the state asked for.
 * @throws resourceModified, itemNotFound
 */
export function checkFound (found: OperationRecord | undefined, precondition: Precondition | undefined): OperationRecord {
  checkPrecondition(found, precondition)
  if (found === undefined) throw new GraphError('itemNotFound', undefined, { target: 'id' })
  return found
}

/** Whether a reader who has these versions has this state already. @see RFC 9110, 13.1.2 */
export function isKnown (record: OperationRecord, { noneMatch }: Precondition = {}): boolean {
  return noneMatch !== undefined && isNamed(noneMatch, record)
}

/** Whether some state of an operation that exists fulfils the precondition and another does not. */
export function dependsOnVersion ({ match, noneMatch }: Precondition = {}): boolean {
  return Array.isArray(match) || Array.isArray(noneMatch)
}
