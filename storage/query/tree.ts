/*
 * What a list or a count asks of a store, after names and types were checked.
 *
 * Glossary
 *   expression  a value of each record: null, a text, a number or a boolean
 *   column      what a store keeps beside the text of a record, in an index
 *   member      what stands in the text of a record, found by its path
 *   reading     the kind of value that is taken from a member; any other kind there is null
 *
 * Values and their order, the same in every store: texts by code point; instants as sortable text (UTC,
 * 7 fraction digits); enumeration names by their number; false before true; null equals null only and is
 * lowest in an order. A comparison is never null: with a null operand `eq`, `ge` and `le` hold if both are
 * null, `ne` if one is, `gt` and `lt` never. A function of null is null; `and`, `or` and `not` take null as
 * unknown. A filter keeps a record when it is true.
 * @see OData 4.01 Part 2, 5.1.1
 */

export type Scalar = string | number | boolean | null

/** `created` is the instant of creation, `lastAction` the instant of the last action, `status` the number of the status. */
export type Column = 'id' | 'created' | 'lastAction' | 'status'

/** `any` tells only whether there is a value: true or null. */
export type Reading = 'text' | 'number' | 'boolean' | 'instant' | 'enumeration' | 'any'

export interface Member {
  readonly kind: 'member'
  /** Names that match `[A-Za-z_][A-Za-z0-9_]{0,127}`, the outermost first. */
  readonly path: readonly string[]
  readonly reading: Reading
  /** The numbers of an enumeration's names. */
  readonly names?: Readonly<Record<string, number>>
}

export interface ColumnReference {
  readonly kind: 'column'
  readonly column: Column
}

export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'

/** `length` counts code points. */
export type FunctionName = 'contains' | 'startswith' | 'endswith' | 'tolower' | 'toupper' | 'length'

export type Expression =
  | { readonly kind: 'literal', readonly value: Scalar }
  | ColumnReference
  | Member
  | { readonly kind: 'call', readonly name: FunctionName, readonly operands: readonly Expression[] }
  | { readonly kind: 'compare', readonly operator: Comparison, readonly left: Expression, readonly right: Expression }
  | { readonly kind: 'in', readonly subject: Expression, readonly values: readonly Scalar[] }
  | { readonly kind: 'not', readonly operand: Expression }
  | { readonly kind: 'and' | 'or', readonly operands: readonly Expression[] }

/** Texts are ordered by their first {@link orderedCharacters} characters. */
export interface Order {
  readonly by: ColumnReference | Member
  readonly descending: boolean
}

export interface Query {
  /** An expression that is a boolean or null; without it every record is meant. */
  readonly filter?: Expression | undefined
  /** What comes first; ties are broken by `created`, then `id`, in the direction of the last one. */
  readonly orderBy: readonly Order[]
}

export interface Page {
  /** At most so many records. */
  readonly limit: number
  /** Leave out so many records from the start. */
  readonly skip: number
  /** Begin after the record with this sort key, whether it is still there or not. */
  readonly after?: readonly Scalar[] | undefined
}

/** Code points of a text that count for its place in an order, so that a sort key stays small. */
export const orderedCharacters = 256

/** Every record, by creation. */
export const everything: Query = Object.freeze({ orderBy: Object.freeze([]) })
