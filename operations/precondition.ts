import { GraphError } from '../errors.js'
import type { OperationRecord } from '../storage/store.js'

/** The state an operation must be in: one of these versions, or `*` for any as long as it exists. */
export type Precondition = '*' | readonly string[] | undefined

/**
 * The record, if there is one and it is in the state asked for.
 * @throws itemNotFound, or resourceModified when a precondition was given
 * @see OData 4.01 Part 1, 11.4.1.1
 */
export function checkFound (found: OperationRecord | undefined, precondition: Precondition): OperationRecord {
  if (precondition === undefined) {
    if (found === undefined) throw new GraphError('itemNotFound', undefined, { target: 'id' })
    return found
  }
  if (found === undefined || (precondition !== '*' && !precondition.includes(found.version))) {
    throw new GraphError('resourceModified')
  }
  return found
}
