import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from '@sinclair/typebox'
import fp from 'fastify-plugin'
import { GraphError, invalidRequest } from '../errors.js'
import type { CollectionRow } from '../routes/collection.js'
import type { Mount } from '../routes/mount.js'
import { parametersOf, principalOf, toCollection } from '../routes/mount.js'
import type { Principal } from '../schemas/principal.js'
import { isOwnerId, ownerIdPattern } from '../schemas/owner-id.js'
import { isApplication, PrincipalSchema } from '../schemas/principal.js'
import { compile } from '../schemas/validator.js'
import { andThen } from '../storage/awaitable.js'
import type { Awaitable } from '../storage/store.js'
import type { Authorize } from './permissions.js'
import { authorizeByPermissions, checkAction, lackingPermissions } from './permissions.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller, on the routes of fastify-graph-operations, once it is known. */
    operationsPrincipal: Principal | null | undefined
  }
}

/**
 * Says who calls: a principal, or nothing for a caller without valid credentials. It may throw a
 * {@link GraphError}.
 */
export type Authenticate = (request: FastifyRequest) => Awaitable<Principal | null | undefined>

export interface AuthOptions {
  /** `'none'` lets everybody in as tenant and subject `local`. */
  readonly auth: Authenticate | 'none'
  readonly authorize?: Authorize | undefined
}

const localPrincipal: Principal = Object.freeze({ tenant: 'local', subject: 'local' })

/** 401 with the challenge. @see RFC 6750, 3 */
export function unauthenticated (error?: 'invalid_token'): GraphError {
  return new GraphError('unauthenticated', undefined, error && { headers: { 'www-authenticate': `Bearer error="${error}"` } })
}

const validate = compile(Type.Object(PrincipalSchema.properties))

/** Principals that were found good and cannot change any more: those of a token are the same at each request. */
const checked = new WeakSet<Principal>()

function isFixed (principal: Principal): boolean {
  const { aliases, scopes, roles } = principal
  return [principal, aliases, scopes, roles].every((part) => Object.isFrozen(part))
}

/** @throws invalidRequest: what cannot be an owner's id is no question for the decision. */
function checkParameters ({ parameters }: CollectionRow, request: FastifyRequest): void {
  const values = parametersOf(request)
  const issues = parameters.filter(({ name }) => !isOwnerId(values[name] as string))
    .map(({ name }) => ({ target: name, message: `"${name}" must match ${ownerIdPattern}` }))
  if (issues.length > 0) throw invalidRequest(issues)
}

/** Makes the hooks that every route runs before it reads anything, the first of which says who calls and the second who may; and the question a route asks when it has read more. */
export function makeGuard ({ auth, authorize }: AuthOptions): Pick<Mount, 'identify' | 'guard' | 'checkPermitted'> {
  const authenticate: Authenticate = auth === 'none' ? () => localPrincipal : auth
  const decide: Authorize = authorize ?? (auth === 'none' ? () => true : authorizeByPermissions)

  const accept = (principal: Principal | null | undefined, request: FastifyRequest): void => {
    if (principal === null || principal === undefined) throw unauthenticated()
    if (!checked.has(principal)) {
      const issues = validate(principal)
      if (issues.length > 0) {
        request.log.warn({ issues }, 'the principal cannot be used')
        throw unauthenticated()
      }
      if (isFixed(principal)) checked.add(principal)
    }
    request.operationsPrincipal = principal
  }

  const refuse = (principal: Principal, row: CollectionRow, action: Parameters<Authorize>[1]): GraphError => {
    const lacking = authorize === undefined ? lackingPermissions(principal, action, row.definition) : []
    const hint = lacking.length === 0 ? 'the caller may not do this' : `the caller may not do this; it needs one of ${lacking.join(', ')}`
    return new GraphError('accessDenied', hint)
  }

  const checkPermitted: Mount['checkPermitted'] = (row, action, request) => {
    const principal = principalOf(request)
    const { owner } = toCollection(row, request)
    return andThen(decide(principal, action, row.definition, owner), (isPermitted) => {
      if (!isPermitted) throw refuse(principal, row, action)
    })
  }

  return {
    checkPermitted,
    identify: (request) => andThen(authenticate(request), (principal) => { accept(principal, request) }),
    guard (row, action) {
      checkAction(row.definition, action)
      return (request) => {
        const principal = principalOf(request)
        // an application is nobody's "me"
        if (row.isCallers && isApplication(principal)) throw new GraphError('accessDenied', '/me needs a delegated token')
        checkParameters(row, request)
        return checkPermitted(row, action, request)
      }
    }
  }
}

/** What `identify` fills, and what is made of it when it is asked for. */
export const authPlugin = fp(async (scope: FastifyInstance) => {
  scope.decorateRequest('operationsPrincipal', null)
  scope.decorateRequest('operationsCollection', null)
}, { name: 'fastify-graph-operations-auth' })
