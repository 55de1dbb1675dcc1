import type { OperationRecord } from '../store.js'
import type { Reads } from './reads.js'

/** What a reading thread is started with. */
export interface ThreadSetup {
  /** Of the driver that the store has: see {@link NamedDriver}. */
  readonly driver: string
  readonly file: string
  readonly busyTimeoutMillis: number
}

/** One read. */
export interface ReadRequest<K extends keyof Reads = keyof Reads> {
  readonly kind: 'read'
  readonly id: number
  readonly method: K
  readonly parameters: Parameters<Reads[K]>
}

/** `more` asks for the next records of a read; `copyLog` copies what the log has into the file; `close` is the last message. */
export type ThreadRequest = ReadRequest | { readonly kind: 'more', readonly id: number } | { readonly kind: 'copyLog', readonly id: number } | { readonly kind: 'close' }

/**
 * Records come in parts, each asked for, so that taking them over does not hold the event loop.
 * An error is told by what makes it anew.
 */
export type ThreadReply =
  | { readonly kind: 'records', readonly id: number, readonly records: readonly OperationRecord[], readonly isLast: boolean }
  | { readonly kind: 'value', readonly id: number, readonly value: unknown }
  | { readonly kind: 'scanLimit', readonly id: number, readonly limit: number }
  | { readonly kind: 'unavailable', readonly id: number, readonly message: string }
  | { readonly kind: 'failed', readonly id: number, readonly error: unknown }
