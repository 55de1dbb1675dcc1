import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Domain } from '../operations/index.js'
import { toOwnerId } from '../schemas/owner-id.js'
import type { SkipTokens } from '../odata/skip-token.js'
import type { Principal } from '../schemas/principal.js'
import type { Awaitable, Collection, Key } from '../storage/store.js'
import type { CollectionRow } from './collection.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The collection of the request, once it was asked for. */
    operationsCollection: Collection | null
  }
}

/** What may be done with a collection; `list`, `get` and `count` read, the others write. */
export type Action = 'list' | 'get' | 'count' | 'create' | 'update' | 'remove'

/** One registration of the plugin. */
export interface Mount {
  readonly prefix: string
  /** Whether the prefix is the mount's alone; without one of its own its root is the host's. */
  readonly hasRoot: boolean
  /** Part of every operationId, so that two mounts fit in one document: `v1.0` for the prefix `/v1.0`. */
  readonly name: string
  readonly rows: readonly CollectionRow[]
  readonly domain: Domain
  readonly skipTokens: SkipTokens
  /** The address links begin with, when it is not the one of the request. */
  readonly baseUrl: string | undefined
  /** Whether a change must say which state it is based on. */
  readonly requireIfMatch: boolean
  /** Whether callers need a token. */
  readonly isGuarded: boolean
  /** Finds out who calls, or refuses with 401. What a host limits by caller comes after it. */
  readonly identify: (request: FastifyRequest) => Awaitable<void>
  /** Makes the step that lets a caller in, or refuses with 403. */
  readonly guard: (row: CollectionRow, action: Action) => (request: FastifyRequest) => Awaitable<void>
  /** Refuses a caller who was let in for one action and asks for another too. @throws accessDenied */
  readonly checkPermitted: (row: CollectionRow, action: Action, request: FastifyRequest) => Awaitable<void>
}

export type Handler = (request: FastifyRequest, reply: FastifyReply) => Awaitable<FastifyReply>

type Parameters = Readonly<Record<string, string>>

export function parametersOf (request: FastifyRequest): Parameters {
  return request.params as Parameters
}

/** The caller; `identify` has set it before any handler runs. */
export function principalOf (request: FastifyRequest): Principal {
  return request.operationsPrincipal as Principal
}

/** The collection a request is about. */
export function toCollection (row: CollectionRow, request: FastifyRequest): Collection {
  const principal = principalOf(request)
  request.operationsCollection ??= { tenant: toOwnerId(principal.tenant), owner: row.toOwner(parametersOf(request), principal) }
  return request.operationsCollection
}

/** The operation a request is about. */
export function toKey (row: CollectionRow, request: FastifyRequest): Key {
  const { tenant, owner } = toCollection(row, request)
  return { tenant, owner, id: parametersOf(request)['id'] as string }
}
