import type { Answer, Members, Patch, Request } from './history.js'

/*
 * What one operation must do, as a sequential object: it is absent, or it has members and an entity tag. Every
 * write that changes something mints a tag that was never seen before.
 * @see RFC 9110, 13.2.2; OData 4.01 Part 1, 11.4
 */

/** `undefined`: there is no such operation. */
export type State = Present | undefined

export interface Present {
  readonly members: Members
  /** `members` as text, equal for equal members. */
  readonly text: string
  /** `undefined`: minted by a write whose answer nobody saw, and not shown since. */
  readonly etag: string | undefined
}

/** Whether a tag was shown by a request that was carried out before. */
export type IsUsed = (etag: string) => boolean

function toText (members: Members): string {
  return JSON.stringify(Object.entries(members).sort(([a], [b]) => a < b ? -1 : 1))
}

/** What an update makes of members; nobody has seen its tag yet. */
function merge (members: Members, patch: Patch): Present {
  const merged: Record<string, string> = { ...members }
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, name)
    else merged[name] = value
  }
  return { members: merged, text: toText(merged), etag: undefined }
}

/** The state as one that has this tag; `undefined` when it cannot have it. */
function bind (state: Present, etag: string | undefined, isUsed: IsUsed): Present | undefined {
  if (etag === undefined) return undefined
  if (state.etag === etag) return state
  return state.etag === undefined && !isUsed(etag) ? { ...state, etag } : undefined
}

/** Whether the members that an answer shows, if it does, are these. */
function shows ({ members }: Answer, { text }: Present): boolean {
  return members === undefined || toText(members) === text
}

/** What a write leaves, if its answer says so too. */
function mint (next: Present, answer: Answer, isUsed: IsUsed): Present | 'refused' {
  const { etag } = answer
  return etag !== undefined && !isUsed(etag) && shows(answer, next) ? { ...next, etag } : 'refused'
}

/** Whether a request asks for this state. Who asks for a tag has seen it, so that a tag nobody saw is not the one. */
function isMatch (state: Present, match: string | undefined): boolean {
  return match === undefined || match === '*' || match === state.etag
}

function read (state: State, { noneMatch }: Request & { kind: 'read' }, answer: Answer, isUsed: IsUsed): State | 'refused' {
  const { status, etag } = answer
  if (state === undefined) return status === 404 ? state : 'refused'
  if (status !== 200 && status !== 304) return 'refused'
  const isKnown = etag !== undefined && etag === noneMatch
  const bound = bind(state, etag, isUsed)
  return bound !== undefined && isKnown === (status === 304) && shows(answer, state) ? bound : 'refused'
}

function update (state: State, { members, match, upsert }: Request & { kind: 'update' }, answer: Answer, isUsed: IsUsed): State | 'refused' {
  const { status } = answer
  if (state === undefined) {
    if (match !== undefined) return status === 412 ? state : 'refused'
    if (upsert === undefined) return status === 404 ? state : 'refused'
    return status === 201 ? mint(merge({}, members), answer, isUsed) : 'refused'
  }
  if (upsert === 'only' || !isMatch(state, match)) return status === 412 ? state : 'refused'
  if (status !== 200 && status !== 204) return 'refused'
  const next = merge(state.members, members)
  if (next.text !== state.text) return mint(next, answer, isUsed)
  return shows(answer, state) ? bind(state, answer.etag, isUsed) ?? 'refused' : 'refused'
}

function remove (state: State, { match }: Request & { kind: 'remove' }, { status }: Answer): State | 'refused' {
  if (state === undefined) return status === (match === undefined ? 404 : 412) ? state : 'refused'
  if (!isMatch(state, match)) return status === 412 ? state : 'refused'
  return status === 204 ? undefined : 'refused'
}

function create (state: State, { members }: Request & { kind: 'create' }, answer: Answer, isUsed: IsUsed): State | 'refused' {
  const { status } = answer
  if (state !== undefined) return status === 409 ? state : 'refused'
  return status === 201 ? mint(merge({}, members), answer, isUsed) : 'refused'
}

/** The contract of these answers is that nothing was stored. @see StoreUnavailableError, StoreFullError */
const withoutEffect: readonly number[] = [503, 507]

/**
 * The state after a request that was answered so; the very same object when it is unchanged. `refused` when
 * an operation in this state does not answer so.
 */
export function apply (state: State, request: Request, answer: Answer, isUsed: IsUsed): State | 'refused' {
  if (withoutEffect.includes(answer.status)) return state
  if (request.kind === 'read') return read(state, request, answer, isUsed)
  if (request.kind === 'update') return update(state, request, answer, isUsed)
  if (request.kind === 'remove') return remove(state, request, answer)
  return create(state, request, answer, isUsed)
}

/** The state after a request whose answer nobody saw; the very same object when it changes nothing. */
export function applyUnknown (state: State, request: Request): State {
  if (request.kind === 'read') return state
  if (request.kind === 'create') return state ?? merge({}, request.members)
  if (state === undefined) {
    return request.kind === 'update' && request.upsert !== undefined && request.match === undefined ? merge({}, request.members) : state
  }
  if (!isMatch(state, request.match)) return state
  if (request.kind === 'remove') return undefined
  const next = merge(state.members, request.members)
  return request.upsert === 'only' || next.text === state.text ? state : next
}
