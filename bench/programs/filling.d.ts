import type { NewRecord, OperationStore } from '../../index.js'

/** What a store is filled with. */
export interface Filled {
  readonly operations: number
  /** Each has as many of them. */
  readonly owners: number
}

/** Whose operation number `n` is, such as `sites/bench-0`. */
export function toOwner (filled: Filled, n: number): string
export function toId (n: number): string
/** One in a thousand, and at least 20 of each owner. The others are Completed. */
export function isRunning (filled: Filled, n: number): boolean
/** Its `resourceLocation`. */
export function toLocation (filled: Filled, n: number): string
/** As the package writes it. */
export function toRecord (filled: Filled, n: number): NewRecord
export function fill (store: OperationStore, tenant: string, filled: Filled): Promise<void>
