/** Members of an operation that a history is about, by name. */
export type Members = Readonly<Record<string, string>>

/** What an update sends: null takes a member away. */
export type Patch = Readonly<Record<string, string | null>>

/** A request about one operation. Entity tags are as they stand in headers; `match` may be `*`. */
export type Request =
  | { readonly kind: 'read', readonly noneMatch?: string }
  /** `upsert`: create what is missing; `only`: and refuse what is there (`If-None-Match: *`). */
  | { readonly kind: 'update', readonly members: Patch, readonly match?: string, readonly upsert?: 'too' | 'only' }
  | { readonly kind: 'remove', readonly match?: string }
  | { readonly kind: 'create', readonly members: Members }

/**
 * What came back. A create has 201 whether or not its answer had a body. `members` is there where the answer
 * shows the operation.
 */
export interface Answer {
  readonly status: number
  readonly etag?: string | undefined
  readonly members?: Members | undefined
}

/** One request of a history. Instants are nanoseconds of one clock. */
export interface Entry {
  readonly client: number
  /** The id of the operation. */
  readonly key: string
  readonly request: Request
  readonly invoked: number
  /** `undefined` when nobody can tell whether it was carried out, or when it will be. */
  readonly answer: Answer | undefined
  /** Infinity when the outcome is unknown. */
  readonly answered: number
}

/** Whether the operation may be another one after such a request. */
export function isWrite ({ request }: Entry): boolean {
  return request.kind !== 'read'
}

const methods = { read: 'GET', update: 'PATCH', remove: 'DELETE', create: 'POST' } as const

function toRequestText (request: Request): string {
  const { kind } = request
  const words: string[] = [methods[kind]]
  if ('match' in request) words.push(`If-Match ${request.match}`)
  if ('noneMatch' in request) words.push(`If-None-Match ${request.noneMatch}`)
  if ('upsert' in request) words.push(request.upsert === 'only' ? 'If-None-Match *' : 'create-if-missing')
  if ('members' in request) words.push(JSON.stringify(request.members))
  return words.join(' ')
}

function toAnswerText (answer: Answer | undefined): string {
  if (answer === undefined) return 'unknown'
  const { status, etag, members } = answer
  return [String(status), etag, members && JSON.stringify(members)].filter((word) => word !== undefined).join(' ')
}

/** An entry in one line, its instants in milliseconds. */
export function toLine ({ client, request, answer, invoked, answered }: Entry): string {
  const toMillis = (instant: number): string => instant === Number.POSITIVE_INFINITY ? '…' : (instant / 1e6).toFixed(3)
  return `${toMillis(invoked)}–${toMillis(answered)} client ${client}: ${toRequestText(request)} → ${toAnswerText(answer)}`
}
