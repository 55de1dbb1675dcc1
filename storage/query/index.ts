/*
 * What a query means and which index serves it, for whoever writes a store: `runList` and `runCount` answer
 * queries of a store that can scan its indexes; `evaluate` and the sort keys are for one that has none.
 */
export { compareScalars, compareTexts, evaluate } from './evaluate.js'
export { compareSortKeys, toSortKey, toTotalOrder } from './order.js'
export { indexes, toStart } from './plan.js'
export type { Bound, Candidate, Key, Range } from './plan.js'
export { runCount, runList, scanLimit } from './run.js'
export type { Scanner } from './run.js'
export { everything, orderedCharacters } from './tree.js'
export type * from './tree.js'
