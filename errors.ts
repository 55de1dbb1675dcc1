import createError from '@fastify/error'

/*
 * Every complaint of this package. What a host gets wrong fails the boot with an OPS_ERR_ code; what a
 * client gets wrong is answered in Microsoft Graph's envelope with one of Graph's codes.
 */

/** Mistakes of the host, found while the application starts. */
export const hostErrors = {
  OPS_ERR_OPTION: createError('OPS_ERR_OPTION', 'fastify-graph-operations: %s', 500),
  OPS_ERR_COLLECTION: createError('OPS_ERR_COLLECTION', 'fastify-graph-operations: collection %s: %s', 500),
  OPS_ERR_ACTION: createError('OPS_ERR_ACTION', 'fastify-graph-operations: collection %s has a route with the action "%s", which no permission is for', 500),
  OPS_ERR_MOUNTS_DIFFER: createError('OPS_ERR_MOUNTS_DIFFER', 'fastify-graph-operations: the mounts of one application share app.operations, so "%s" must be the same in each; register the plugin in sibling contexts to have different ones', 500),
  OPS_ERR_STORE_MISSING: createError('OPS_ERR_STORE_MISSING', 'fastify-graph-operations: there is no store; pass { store: memoryStore() }, { store: await sqliteStore({ file }) }, { store: await postgresStore({ url }) }, or decorate the application with operationStore first', 500),
  OPS_ERR_STORE_DIFFERS: createError('OPS_ERR_STORE_DIFFERS', 'fastify-graph-operations: the application already has another operationStore; pass the same store, or none', 500),
  OPS_ERR_STORE_INCOMPLETE: createError('OPS_ERR_STORE_INCOMPLETE', 'fastify-graph-operations: the store lacks the method %s', 500),
  OPS_ERR_SQLITE_DRIVER: createError('OPS_ERR_SQLITE_DRIVER', 'fastify-graph-operations: sqliteStore needs SQLite %s or newer (%s); install @photostructure/sqlite', 500),
  OPS_ERR_SQLITE_FILE: createError('OPS_ERR_SQLITE_FILE', 'fastify-graph-operations: the SQLite file %s cannot be used: %s', 500),
  OPS_ERR_POSTGRES_DRIVER: createError('OPS_ERR_POSTGRES_DRIVER', 'fastify-graph-operations: postgresStore needs the package pg; install it (%s)', 500),
  OPS_ERR_POSTGRES_DATABASE: createError('OPS_ERR_POSTGRES_DATABASE', 'fastify-graph-operations: the database %s cannot be used: %s', 500)
} as const

interface ClientErrorKind {
  /** HTTP status code. */
  readonly status: number
  /** The `code` clients branch on. */
  readonly code: string
  /** When it is answered. */
  readonly description: string
  /** A message as a client sees it. */
  readonly example: string
  /** Headers every such answer has. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Mistakes of a client, and what the service cannot do for it. @see Microsoft Graph REST API error responses */
export const clientErrors = {
  invalidRequest: {
    status: 400,
    code: 'invalidRequest',
    description: 'The request breaks the contract: its body, a parameter, a header or a limit. `target` and `details` say where.',
    example: '"status" must be one of NotStarted, Running, Completed or Failed'
  },
  unauthenticated: { status: 401, code: 'unauthenticated', description: 'There is no valid token.', example: 'a valid bearer token is required', headers: { 'www-authenticate': 'Bearer' } },
  accessDenied: { status: 403, code: 'accessDenied', description: 'The token does not permit this.', example: 'the caller lacks a permission for this; one of these would do: Notes.ReadWrite.All' },
  itemNotFound: { status: 404, code: 'itemNotFound', description: 'There is no such operation, or it is not the caller\'s to see.', example: 'there is no such operation' },
  methodNotAllowed: { status: 405, code: 'notAllowed', description: 'The method is not one of those in `Allow`.', example: 'PUT is not allowed here' },
  notAcceptable: { status: 406, code: 'notSupported', description: 'There is no representation that `Accept` takes. There is `application/json`, with `odata.metadata=minimal`, `full` or `none`; a count is `text/plain`.', example: 'there is no representation that Accept takes; there is application/json' },
  nameAlreadyExists: { status: 409, code: 'nameAlreadyExists', description: 'The id is taken.', example: 'there is already an operation with this id' },
  invalidStatusTransition: { status: 409, code: 'invalidStatusTransition', description: 'The status would go back, or leave the final one.', example: 'status cannot go from Completed to Running' },
  resourceModified: { status: 412, code: 'resourceModified', description: 'The operation is not in the state that `If-Match` asks for, or it is in one that `If-None-Match` excludes.', example: 'the operation is not in the state that If-Match asks for' },
  isolationNotSupported: { status: 412, code: 'notSupported', description: 'The request asks for a snapshot in `Isolation`, and there are none.', example: 'there is no snapshot isolation: send the request without Isolation' },
  contentTooLarge: { status: 413, code: 'invalidRequest', description: 'The body is larger than 65,536 bytes.', example: 'the body must have at most 65,536 bytes' },
  unsupportedMediaType: { status: 415, code: 'notSupported', description: 'The body is not `application/json`.', example: 'the body must be application/json' },
  preconditionRequired: { status: 428, code: 'preconditionRequired', description: 'Changes of an operation must say in `If-Match` which state they are based on.', example: 'If-Match is required: send the entity tag that the change is based on' },
  activityLimitReached: { status: 429, code: 'activityLimitReached', description: 'A limiter of the application says that the caller asks too often.', example: 'too many requests; try again later' },
  generalException: { status: 500, code: 'generalException', description: 'The service failed.', example: 'the service could not answer' },
  outcomeUnknown: { status: 500, code: 'generalException', description: 'The change was sent to where operations are kept, and the answer was lost: it was made as a whole or not at all. Read the operation before trying again.', example: 'it is not known whether the change was made; read the operation before trying again' },
  serviceNotAvailable: { status: 503, code: 'serviceNotAvailable', description: 'The service cannot answer for now; `Retry-After` says in how many seconds to try again.', example: 'the service is not available; try again later', headers: { 'retry-after': '1' } },
  overloaded: { status: 503, code: 'serviceNotAvailable', description: 'The server has more to do than it can; `Retry-After` says in how many seconds to try again.', example: 'the server has too much to do; try again later', headers: { 'retry-after': '1' } },
  quotaLimitReached: { status: 507, code: 'quotaLimitReached', description: 'There is no room for the change, and nothing of it was made. What is stored can still be read.', example: 'there is no room for the change' }
} as const satisfies Record<string, ClientErrorKind>

/** A key of {@link clientErrors}. */
export type ClientErrorName = keyof typeof clientErrors

/** What a {@link GraphError} says beside its kind. */
export interface GraphErrorDetail {
  /** What is meant: a member path such as `resultInfo/code`, a parameter or a header. */
  readonly target?: string
  /** Several complaints of one request. */
  readonly details?: ReadonlyArray<{ readonly target: string, readonly message: string }>
  /** Headers the answer carries, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Another status than that of the kind, such as one that another plugin chose. */
  readonly statusCode?: number
}

/** An error a client sees. `code` and `statusCode` are as Graph has them. */
export class GraphError extends Error {
  override readonly name = 'GraphError'
  readonly kind: ClientErrorName
  readonly statusCode: number
  readonly code: string
  readonly target: string | undefined
  readonly details: NonNullable<GraphErrorDetail['details']>
  readonly headers: Readonly<Record<string, string>>

  constructor (kind: ClientErrorName, message: string = clientErrors[kind].example, { target, details = [], headers = {}, statusCode = clientErrors[kind].status }: GraphErrorDetail = {}) {
    super(message)
    this.kind = kind
    this.statusCode = statusCode
    this.code = clientErrors[kind].code
    this.target = target
    this.details = details
    this.headers = { ...(clientErrors[kind] as ClientErrorKind).headers, ...headers }
  }
}

/** More complaints than this are not listed: an answer is for reading. */
const issueLimit = 20

/** 400 for one or more complaints; the first one is the message. */
export function invalidRequest (all: ReadonlyArray<{ readonly target: string, readonly message: string }>): GraphError {
  const issues = all.slice(0, issueLimit)
  const [first] = issues
  const message = first === undefined ? clientErrors.invalidRequest.description : issues.length === 1 ? first.message : `${first.message}; and ${all.length - 1} more`
  return new GraphError('invalidRequest', message, { ...(first && first.target !== '' && { target: first.target }), details: issues })
}
