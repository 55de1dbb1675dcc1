import { invalidRequest } from '../errors.js'

type Json = Readonly<Record<string, unknown>>

/** Changes that one payload may have. */
export const deltaLimit = 100

/** One change of a delta payload. */
export interface DeltaEntry {
  /** Where it stands: `value/3`. */
  readonly path: string
  readonly isRemoved: boolean
  /** The operation, its `id` also where `@id` named it; of a removed one the `id` alone. */
  readonly members: Json
  /** The entity tag it is based on, or `*`, as text, and where that stands. */
  readonly etag: { readonly target: string, readonly text: string } | undefined
  /** The annotation by which a client recognises the change in the answer, as it was written. */
  readonly contentId: Json
}

/**
 * Whether a body is a delta payload: its context ends in `#$delta` or `/$delta`.
 * @see OData JSON Format 4.01, 15
 */
export function isDeltaPayload (body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false
  const { '@odata.context': context = (body as Json)['@context'] } = body as Json
  return typeof context === 'string' && /[#/]\$delta$/.test(context)
}

function fail (target: string, message: string): never {
  throw invalidRequest([{ target, message }])
}

function isObject (value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Control information and the name it was written with; `odata.` may be left out. @see OData JSON Format 4.01, 4.5 */
function findControl (item: Json, control: string): { readonly name: string, readonly value: unknown } | undefined {
  const name = [`@odata.${control}`, `@${control}`].find((name) => item[name] !== undefined)
  return name === undefined ? undefined : { name, value: item[name] }
}

/** The key that an entity-id names in the collection; `undefined` when it names anything else. */
export type FindReferenced = (reference: string) => string | undefined

function findId (item: Json, path: string, findReferenced: FindReferenced): unknown {
  const { id } = item
  const entityId = findControl(item, 'id')
  if (entityId === undefined || entityId.value === null) return id
  const target = `${path}/${entityId.name}`
  const key = typeof entityId.value === 'string' ? findReferenced(entityId.value) : undefined
  if (key === undefined) fail(target, `"${target}" must be the URL of an operation of this collection`)
  if (id !== undefined && id !== key) fail(target, `"${target}" and "${path}/id" must name the same operation`)
  return key
}

function isRemoved (item: Json, path: string): boolean {
  const removed = findControl(item, 'removed')
  if (removed === undefined) return false
  const target = `${path}/${removed.name}`
  if (!isObject(removed.value)) fail(target, `"${target}" must be an object such as {"reason":"deleted"}`)
  const { reason = 'deleted' } = removed.value
  if (reason !== 'deleted' && reason !== 'changed') fail(`${target}/reason`, `"${target}/reason" must be deleted or changed`)
  return true
}

function findEtag (item: Json, path: string): DeltaEntry['etag'] {
  const etag = findControl(item, 'etag')
  if (etag === undefined) return undefined
  const target = `${path}/${etag.name}`
  if (typeof etag.value !== 'string') fail(target, `"${target}" must be an entity tag`)
  return { target, text: etag.value }
}

/** @see OData Core vocabulary, ContentID */
const contentIdNames = ['@Core.ContentID', '@Org.OData.Core.V1.ContentID']

function toEntry (item: unknown, index: number, findReferenced: FindReferenced): DeltaEntry {
  const path = `value/${index}`
  if (!isObject(item)) fail(path, `"${path}" must be a JSON object`)
  const context = findControl(item, 'context')
  if (typeof context?.value === 'string' && /\$(?:deletedEntity|link|deletedLink)$/.test(context.value)) {
    fail(`${path}/${context.name}`, `"${path}" must be an operation, or name a removed one with "@removed"`)
  }
  const id = findId(item, path, findReferenced)
  const removed = isRemoved(item, path)
  if (removed && id === undefined) fail(`${path}/id`, `"${path}/id" is required to remove an operation`)
  const key = id === undefined ? {} : { id }
  return {
    path,
    isRemoved: removed,
    members: removed ? key : { ...item, ...key },
    etag: findEtag(item, path),
    contentId: Object.fromEntries(contentIdNames.filter((name) => typeof item[name] === 'string').map((name) => [name, item[name]]))
  }
}

function checkOnce (entries: readonly DeltaEntry[]): void {
  const seen = new Map<unknown, string>()
  for (const { path, members: { id } } of entries) {
    const first = seen.get(id)
    if (id !== undefined && first !== undefined) fail(`${path}/id`, `"${first}" and "${path}" are both about the operation ${JSON.stringify(id)}`)
    seen.set(id, path)
  }
}

/**
 * The changes of a delta payload, each about another operation; what they say of it is not looked at.
 * @throws invalidRequest when the payload is not what the format says
 * @see OData JSON Format 4.01, 15.6
 */
export function parseDelta (body: unknown, findReferenced: FindReferenced): readonly DeltaEntry[] {
  const { value, ...others } = body as Json
  const unknown = Object.keys(others).find((name) => !name.startsWith('@'))
  if (unknown !== undefined) fail(unknown, `"${unknown}" is not a part of a delta payload, whose changes are in "value"`)
  if (!Array.isArray(value)) fail('value', '"value" must be the list of changes')
  if (value.length > deltaLimit) fail('value', `"value" must have at most ${deltaLimit} changes`)
  const entries = value.map((item, index) => toEntry(item, index, findReferenced))
  checkOnce(entries)
  return entries
}
