import { hostErrors } from '../errors.js'
import type { StructuredType } from '../schemas/definition.js'
import { definitionOf, findStructured } from '../schemas/definition.js'
import type { Principal } from '../schemas/principal.js'
import { isOwnerId, toOwnerId } from '../schemas/owner-id.js'
import { nameOf } from '../schemas/type-set.js'
import type { CollectionDefinition, Permissions } from './collections.js'
import { remembered } from './http/remembered.js'
import { findPermissionProblem } from './permission-table.js'
import { toFilled } from './template.js'

type Parameters = Readonly<Record<string, string>>

/** A row made ready: what its routes ask of it. */
export interface CollectionRow {
  readonly definition: CollectionDefinition
  readonly type: StructuredType
  readonly permissions: Permissions
  /** The path as Fastify writes it: `/calls/:callId/operations`. */
  readonly url: string
  /** The parameters of the path, in order, each with the segment before it. */
  readonly parameters: ReadonlyArray<{ readonly name: string, readonly of: string }>
  /** Only a signed-in user has such a collection. */
  readonly isCallers: boolean
  /** Part of an operationId: `communications.calls.operations`. */
  readonly stem: string
  readonly toOwner: (parameters: Parameters, principal: Principal) => string
  /** The collection in a context URL: `communications/calls('57dab8b1')/operations`. */
  readonly toContext: (parameters: Parameters, principal: Principal) => string
  readonly ownsOwner: (owner: string) => boolean
}

const placeholder = /\{(\w+)\}/g

/** The owner that stands for the caller's own things. */
export function toOwnOwner ({ subject }: Principal): string {
  return `users/${toOwnerId(subject)}`
}

/** An alias of the caller, such as the user principal name, means the caller. */
function toUserId (id: string, { subject, aliases = [] }: Principal): string {
  const name = id.toLowerCase()
  return aliases.some((alias) => alias.toLowerCase() === name) ? toOwnerId(subject) : toOwnerId(id)
}

/** A key in a URL: quotes doubled, then percent-encoded. @see OData 4.01 Part 2, 4.3.1 */
const toKey = remembered((id) => `('${encodeURIComponent(id.replaceAll("'", "''"))}')`)

function placeholdersOf (template: string): string[] {
  return [...template.matchAll(placeholder)].map(([, name]) => name as string)
}

/** Definitions come from JavaScript too, whatever their types say. */
function isObject (value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function checkDefinition ({ path, owner, type, permissions }: CollectionDefinition): void {
  const fail = (problem: string): never => { throw new hostErrors.OPS_ERR_COLLECTION(path, problem) }
  if (typeof path !== 'string' || !/^(?:\/(?:[\w.-]+|\{\w+\}))+$/.test(path)) fail('its path must be segments and {parameters}, such as /teams/{teamId}/operations')
  if (typeof owner !== 'string' || !owner.split('/').every((part) => /^\{\w+\}$/.test(part) || isOwnerId(part)) || owner.startsWith('{')) fail('its owner must be like teams/{teamId}')
  if (placeholdersOf(path).includes('id')) fail('{id} is the key of the operation: call the parameter something else')
  const unknown = placeholdersOf(owner).filter((name) => name !== 'me' && !placeholdersOf(path).includes(name))
  if (unknown.length > 0) fail(`its owner names {${unknown.join('}, {')}}, which the path does not have`)
  if (!isObject(type) || findStructured(type) === undefined || !Object.hasOwn(type.properties, 'id')) fail('its type must be made by extend() from Entity or a type derived from it')
  if (definitionOf(type).abstract) fail(`its type ${nameOf(type)} is abstract`)
  const problem = findPermissionProblem(permissions)
  if (problem !== undefined) fail(problem)
}

function toRow (definition: CollectionDefinition): CollectionRow {
  checkDefinition(definition)
  const { path, owner, type, permissions } = definition
  // only the parameter that names the user may be an alias
  const userParameter = /^users\/\{(\w+)\}/.exec(owner)?.[1]
  const segments = path.slice(1).split('/')
  const ownerParts = owner.split('/')
  const isOwn = segments[0] === 'me'
  const fillOwner = toFilled(owner, placeholder)
  // a key follows its segment without a slash
  const fillContext = toFilled((isOwn ? ['users', '{me}', ...segments.slice(1)] : segments).join('/').replaceAll('/{', '{'), placeholder)
  return Object.freeze<CollectionRow>({
    definition,
    type,
    permissions,
    url: path.replace(placeholder, ':$1'),
    parameters: segments.flatMap((segment, index) => placeholdersOf(segment).map((name) => ({ name, of: segments[index - 1] ?? '' }))),
    isCallers: placeholdersOf(owner).includes('me'),
    stem: segments.filter((segment) => !segment.startsWith('{')).join('.'),
    toOwner: (parameters, principal) => fillOwner((name) => name === 'me'
      ? toOwnerId(principal.subject)
      : name === userParameter ? toUserId(parameters[name] as string, principal) : toOwnerId(parameters[name] as string)),
    toContext: (parameters, { subject }) => fillContext((name) => toKey(name === 'me' && isOwn ? subject : parameters[name] as string)),
    ownsOwner (text) {
      const parts = text.split('/')
      return parts.length === ownerParts.length && ownerParts.every((part, index) => part.startsWith('{') ? isOwnerId(parts[index] as string) : part === parts[index])
    }
  })
}

/**
 * Checks and prepares the rows of a mount.
 * @throws OPS_ERR_COLLECTION
 */
export function toRows (definitions: readonly CollectionDefinition[]): readonly CollectionRow[] {
  if (!definitions.every(isObject)) throw new hostErrors.OPS_ERR_COLLECTION('', 'it must be an object')
  const rows = definitions.map(toRow)
  const shapes = new Map<string, CollectionRow>()
  for (const row of rows) {
    const { path, owner } = row.definition
    const pathShape = path.replace(placeholder, '{}')
    const ownerShape = `owner ${owner.replace(placeholder, '{}')}`
    if (shapes.has(pathShape)) throw new hostErrors.OPS_ERR_COLLECTION(path, 'another collection has the same path')
    if ((shapes.get(ownerShape) ?? row).type !== row.type) throw new hostErrors.OPS_ERR_COLLECTION(path, `another collection has the owner ${owner} and another type; operations of one owner are one collection`)
    shapes.set(pathShape, row).set(ownerShape, row)
  }
  return Object.freeze(rows)
}
