import type { JWTPayload } from 'jose'
import { isOwnerId } from '../../schemas/owner-id.js'
import type { Principal } from '../../schemas/principal.js'

/** Which claims of a token say who calls. */
export interface ClaimNames {
  /** Default `tid`. */
  readonly tenant?: string
  /** Default `oid`. */
  readonly subject?: string
  /** Default `upn` and `preferred_username`. */
  readonly aliases?: readonly string[]
  /** Delegated permissions, separated by spaces. Default `scp`. */
  readonly scopes?: string
  /** Application permissions, a list. Default `roles`. */
  readonly roles?: string
}

/** The tenant of all personal Microsoft accounts. */
const personalTenant = '9188040d-6c67-4c5b-b112-36a304b66dad'

function isTextList (value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

/** The names with Entra's in place of those left out. */
export function toClaimNames ({ tenant = 'tid', subject = 'oid', aliases = ['upn', 'preferred_username'], scopes = 'scp', roles = 'roles' }: ClaimNames = {}): Required<ClaimNames> {
  return { tenant, subject, aliases, scopes, roles }
}

/** The principal of a verified token, or `undefined` when a claim is not of its type. */
export function findPrincipal (payload: JWTPayload, claims: Required<ClaimNames>): Principal | undefined {
  const tenant = payload[claims.tenant]
  const subject = payload[claims.subject]
  const scopes = payload[claims.scopes]
  const roles = payload[claims.roles]
  if (typeof tenant !== 'string' || typeof subject !== 'string' || !isOwnerId(tenant) || !isOwnerId(subject)) return undefined
  if (!(scopes === undefined || typeof scopes === 'string') || !(roles === undefined || isTextList(roles))) return undefined
  const aliases = claims.aliases.map((name) => payload[name]).filter((alias) => typeof alias === 'string' && isOwnerId(alias)) as string[]
  const principal: Principal = {
    tenant,
    subject,
    aliases,
    // a delegated token may carry the user's roles too; they are not permissions of the application
    ...(scopes !== undefined ? { scopes: scopes.split(' ') } : roles !== undefined && { roles }),
    personal: tenant === personalTenant
  }
  // it is kept for other requests
  for (const list of [principal.aliases, principal.scopes, principal.roles]) Object.freeze(list)
  return Object.freeze(principal)
}

/** Whether `issuer`, which may have a place for the tenant, makes the tokens of this tenant that name `iss`. */
export function isIssuer (issuer: string, iss: unknown, tenant: string): boolean {
  return issuer.replaceAll('{tenantid}', () => tenant) === iss
}
