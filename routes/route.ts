import type { ClientErrorName } from '../errors.js'
import type { OptionName } from '../odata/options.js'
import type { CollectionRow } from './collection.js'
import type { Action, Handler, Mount } from './mount.js'

/** Request and response headers a route knows, by their key in the documentation. */
export type RequestHeader = 'If-Match' | 'If-None-Match' | 'Prefer'
export type ResponseHeader = 'ETag' | 'Location' | 'Content-Location' | 'Preference-Applied' | 'OData-EntityId'

/** One answer that is not an error. */
export interface Success {
  readonly status: 200 | 201 | 204 | 304
  readonly description: string
  readonly body?: 'entity' | 'list' | 'count'
  readonly headers: readonly ResponseHeader[]
}

/** One route of every collection: what it does and what its documentation says come from the same object. */
export interface OperationRoute {
  /** The last part of the operationId. */
  readonly verb: string
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly action: Action
  readonly summary: string
  readonly description: string
  /** Which view of the type the body follows. */
  readonly body?: 'create' | 'update'
  /** Whether the body may be a delta payload instead. */
  readonly takesDelta?: true
  /** Query options it takes; any other is refused. */
  readonly query?: readonly OptionName[]
  readonly requestHeaders: readonly RequestHeader[]
  readonly successes: readonly Success[]
  /** Beside those every route has. */
  readonly errors: readonly ClientErrorName[]
  readonly handle: (mount: Mount, row: CollectionRow) => Handler
}
