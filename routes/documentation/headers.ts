import type { RequestHeader, ResponseHeader } from '../route.js'

interface HeaderSchema {
  readonly type: 'string' | 'integer'
  readonly description: string
  readonly example?: string | number
}

/** Request headers beside Authorization. No examples: Swagger UI would send them with every try. */
export const requestHeaders: Readonly<Record<RequestHeader | 'OData-MaxVersion' | 'client-request-id', HeaderSchema>> = {
  'If-Match': { type: 'string', description: 'Entity tags such as `W/"1-0a1b2c3d4e5f"`, or `*`: the request fails with 412 when the operation is in another state.' },
  'If-None-Match': { type: 'string', description: 'Entity tags, or `*` for any: a read answers 304 when the operation is in such a state, anything else fails with 412.' },
  Prefer: { type: 'string', description: '`return=minimal` for an answer without a body, `return=representation` for one with it. `create-if-missing` lets an update create what is not there, `odata.continue-on-error` lets the items of a delta payload succeed and fail each on its own, `odata.maxpagesize=20` asks for pages of at most so many operations.' },
  'OData-MaxVersion': { type: 'string', description: 'The highest version of the protocol that the client understands, 4.0 or higher.' },
  'client-request-id': { type: 'string', description: 'An id of the client\'s own for the request, echoed in the answer.' }
}

/** Headers of answers that some routes have. */
export const responseHeaders: Readonly<Record<ResponseHeader, HeaderSchema>> = {
  ETag: { type: 'string', description: 'The entity tag of the operation.', example: 'W/"1-0a1b2c3d4e5f"' },
  Location: { type: 'string', description: 'The URL of the operation.' },
  'Content-Location': { type: 'string', description: 'The URL of the operation that was updated.' },
  'Preference-Applied': { type: 'string', description: 'The preferences that were followed.', example: 'return=minimal' },
  'OData-EntityId': { type: 'string', description: 'The id of the created operation, which is its URL.' }
}

/** Headers of every answer. */
export const commonHeaders: Readonly<Record<string, HeaderSchema>> = {
  'request-id': { type: 'string', description: 'The id of the request, to quote when asking about it.' },
  'client-request-id': { type: 'string', description: 'The id the client gave the request, else the request-id.' },
  'OData-Version': { type: 'string', description: 'The version of the protocol.', example: '4.0' }
}

/** Headers of one kind of error. */
export const errorHeaders: Readonly<Record<number, Readonly<Record<string, HeaderSchema>>>> = {
  401: { 'WWW-Authenticate': { type: 'string', description: 'How to authenticate.', example: 'Bearer' } },
  503: { 'Retry-After': { type: 'integer', description: 'Seconds after which to try again.', example: 1 } }
}
