import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { ownerIdPattern } from './owner-id.js'

const OwnerId = Type.String({ pattern: ownerIdPattern })

/** The caller of a request, as the contract checks it. */
export const PrincipalSchema = Type.Object({
  tenant: OwnerId,
  subject: OwnerId,
  aliases: Type.Optional(Type.Readonly(Type.Array(OwnerId))),
  scopes: Type.Optional(Type.Array(Type.String())),
  roles: Type.Optional(Type.Array(Type.String())),
  personal: Type.Optional(Type.Boolean())
})

/**
 * The caller of a request. A host adds members of its own by declaration merging:
 * `declare module 'fastify-graph-operations' { interface Principal { department: string } }`
 */
export interface Principal extends Readonly<Static<typeof PrincipalSchema>> {
  /** Whose data the caller sees; nothing crosses tenants. */
  readonly tenant: string
  /** The object id of the user or application; `/me` is `users/{subject}`. */
  readonly subject: string
  /** Other names of the user, such as the user principal name: `/users/{alias}` is `/users/{subject}`. */
  readonly aliases?: string[]
  /** Delegated permissions: the caller is an application acting for the user. */
  readonly scopes?: string[]
  /** Application permissions: the caller is an application acting for itself. */
  readonly roles?: string[]
  /** The user signed in with a personal account, which has its own column of permissions. */
  readonly personal?: boolean
}

/** Whether an application acts for itself; with delegated permissions it acts for a user. */
export function isApplication ({ scopes, roles }: Principal): boolean {
  return scopes === undefined && roles !== undefined
}
