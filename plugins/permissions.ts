import { hostErrors } from '../errors.js'
import type { Awaitable } from '../storage/store.js'
import { toOwnOwner } from '../routes/collection.js'
import type { CollectionDefinition } from '../routes/collections.js'
import type { Action } from '../routes/mount.js'
import { neededFor } from '../routes/permission-table.js'
import type { Principal } from '../schemas/principal.js'
import { isApplication } from '../schemas/principal.js'

/**
 * Decides whether a caller may do something with the operations of an owner.
 * `owner` is as in the store, such as `sites/{id}`; answer false for 403.
 */
export type Authorize = (principal: Principal, action: Action, collection: CollectionDefinition, owner: string) => Awaitable<boolean>

/** Routes are checked as they are registered. @throws OPS_ERR_ACTION */
export function checkAction ({ path }: CollectionDefinition, action: Action): void {
  if (!Object.hasOwn(neededFor, action)) throw new hostErrors.OPS_ERR_ACTION(path, action)
}

/** The permissions of which the caller needs one; none when its kind of token is not supported. */
function permissionsFor (principal: Principal, action: Action, { permissions }: CollectionDefinition): readonly string[] {
  const column = isApplication(principal) ? permissions.application : principal.personal === true ? permissions.personal : permissions.delegated
  return column?.[neededFor[action]] ?? []
}

/** What belongs to the caller: `users/{subject}` and what a host keeps below it. */
function isOwn (principal: Principal, owner: string): boolean {
  const own = toOwnOwner(principal)
  return owner === own || owner.startsWith(`${own}/`)
}

function permissionsOf (principal: Principal): readonly string[] {
  return (isApplication(principal) ? principal.roles : principal.scopes) ?? []
}

/** The permissions that would let a refused caller in: one that holds some already needs one for what is not its own. */
export function lackingPermissions (principal: Principal, action: Action, collection: CollectionDefinition): readonly string[] {
  const accepted = permissionsFor(principal, action, collection)
  const isGranted = permissionsOf(principal).some((permission) => accepted.includes(permission))
  return isGranted ? accepted.filter((permission) => permission.endsWith('.All')) : accepted
}

/**
 * The decision unless the host makes its own: one of the collection's permissions, and a delegated one
 * without `.All` only for what belongs to the user.
 * @see Microsoft Graph permissions overview, delegated and application permissions
 */
export const authorizeByPermissions: Authorize = (principal, action, collection, owner) => {
  const accepted = permissionsFor(principal, action, collection)
  const isAnybodys = isApplication(principal)
  return permissionsOf(principal).some((permission) => accepted.includes(permission) && (isAnybodys || permission.endsWith('.All') || isOwn(principal, owner)))
}
