import type { StructuredType } from '../schemas/definition.js'
import type { Expression } from '../storage/query/tree.js'
import { checkCondition } from './check.js'
import { refuse } from './refusal.js'
import { parseSyntax } from './syntax.js'

/** Characters that a filter may have. */
export const filterLimit = 2_048

/**
 * `$filter` over operations of the declared type and of the types `below` it, whose enumerations have their names
 * in any case too.
 * @throws invalidRequest naming what is wrong, its position, or the limit
 * @see OData 4.01 Part 2, 5.1.1 and 5.1.2
 */
export function parseFilter (text: string, declared: StructuredType, below: readonly StructuredType[] = []): Expression {
  if (text.length > filterLimit) throw refuse('$filter', `it must have at most ${filterLimit.toLocaleString('en')} characters`)
  return checkCondition('$filter', parseSyntax('$filter', text), declared, below)
}
