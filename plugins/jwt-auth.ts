import type { FastifyRequest } from 'fastify'
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey } from 'jose'
import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { GraphError, hostErrors } from '../errors.js'
import type { Principal } from '../schemas/principal.js'
import { isOwnerId } from '../schemas/owner-id.js'
import type { Authenticate } from './auth.js'
import { unauthenticated } from './auth.js'

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

/** Options of {@link jwtAuth}. */
export interface JwtAuthOptions {
  /** Who makes the tokens: `iss` must be one of these. */
  readonly issuer: string | readonly string[]
  /** For whom: `aud` must have one of these. */
  readonly audience: string | readonly string[]
  /** Where the keys are. This or `jwks`. */
  readonly jwksUri?: string
  /** The keys themselves. */
  readonly jwks?: JSONWebKeySet
  readonly claims?: ClaimNames
  /** Accepted values of the header `typ`. Default `JWT` and `at+jwt`. */
  readonly typ?: string | readonly string[]
  /** How far the clocks may differ. Seconds, from 0 to 300, default 30. */
  readonly clockToleranceSeconds?: number
}

/** Signatures with a public key only, so that no key can be taken for another kind. @see RFC 8725, 3.1 */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

/** Three parts without padding or spaces. @see RFC 7515, 3.1 */
const bearer = /^bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i

/** How long keys that could not be had are not asked for again. */
const retryAfterSeconds = 5

/** The tenant of all personal Microsoft accounts. */
const personalTenant = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** jose's codes for keys that cannot be had now, which is not the caller's mistake. */
const unavailable: readonly string[] = [errors.JWKSTimeout.code, errors.JWKSInvalid.code, errors.JOSEError.code]

function isUnavailable (error: unknown): boolean {
  return !(error instanceof errors.JOSEError) || unavailable.includes(error.code)
}

/**
 * Keys of a URL. After a fetch that failed the URL is left alone for a while: what was fetched before is
 * used, else the keys are unavailable.
 */
function makeRemoteKeys (url: URL): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(url, { cooldownDuration: 10_000 })
  let leaveAloneUntil = 0
  return async (header, token) => {
    if (Date.now() >= leaveAloneUntil) {
      try {
        return await remote(header, token)
      } catch (error) {
        if (!isUnavailable(error)) throw error
        leaveAloneUntil = Date.now() + retryAfterSeconds * 1_000
      }
    }
    const fetched = remote.jwks()
    if (fetched === undefined) throw new errors.JWKSTimeout()
    return await createLocalJWKSet(fetched)(header, token)
  }
}

function toKeys ({ jwksUri, jwks }: JwtAuthOptions): JWTVerifyGetKey {
  if (jwks !== undefined && jwksUri === undefined) return createLocalJWKSet(jwks)
  if (jwksUri === undefined || jwks !== undefined) throw new hostErrors.OPS_ERR_OPTION('jwtAuth takes either jwksUri or jwks')
  if (!/^https?:/i.test(jwksUri) || !URL.canParse(jwksUri)) throw new hostErrors.OPS_ERR_OPTION('jwksUri must be an http or https URL')
  return makeRemoteKeys(new URL(jwksUri))
}

/** Options come from JavaScript too, whatever their types say. */
function isNamed (value: unknown): boolean {
  const names = [value].flat()
  return names.length > 0 && names.every((name) => typeof name === 'string' && name !== '')
}

function isTextList (value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

/** The principal of a verified token, or `undefined` when a claim is not of its type. */
function findPrincipal (payload: JWTPayload, claims: Required<ClaimNames>): Principal | undefined {
  const tenant = payload[claims.tenant]
  const subject = payload[claims.subject]
  const scopes = payload[claims.scopes]
  const roles = payload[claims.roles]
  if (typeof tenant !== 'string' || typeof subject !== 'string' || !isOwnerId(tenant) || !isOwnerId(subject)) return undefined
  if (!(scopes === undefined || typeof scopes === 'string') || !(roles === undefined || isTextList(roles))) return undefined
  const aliases = claims.aliases.map((name) => payload[name]).filter((alias) => typeof alias === 'string' && isOwnerId(alias)) as string[]
  return {
    tenant,
    subject,
    aliases,
    // a delegated token may carry the user's roles too; they are not permissions of the application
    ...(scopes !== undefined ? { scopes: scopes.split(' ') } : roles !== undefined && { roles }),
    personal: tenant === personalTenant
  }
}

/**
 * Authenticates bearer tokens: signed JWTs of one issuer, with Entra's claim names unless told otherwise.
 * A token that is not valid is answered with 401, keys that cannot be had with 503.
 * @throws OPS_ERR_OPTION
 * @see RFC 7519; RFC 9068
 */
export function jwtAuth (options: JwtAuthOptions): Authenticate {
  const { issuer, audience, typ = ['JWT', 'at+jwt'], clockToleranceSeconds = 30 } = options
  if (!isNamed(issuer) || !isNamed(audience)) throw new hostErrors.OPS_ERR_OPTION('jwtAuth needs issuer and audience')
  if (!(clockToleranceSeconds >= 0 && clockToleranceSeconds <= 300)) throw new hostErrors.OPS_ERR_OPTION('clockToleranceSeconds must be from 0 to 300')
  const { tenant = 'tid', subject = 'oid', aliases = ['upn', 'preferred_username'], scopes = 'scp', roles = 'roles' } = options.claims ?? {}
  const claims = { tenant, subject, aliases, scopes, roles }
  const keys = toKeys(options)
  const types = [typ].flat().map((name) => name.toLowerCase())
  const rules = {
    issuer: [issuer].flat(), audience: [audience].flat(), algorithms, clockTolerance: clockToleranceSeconds, requiredClaims: ['exp', tenant, subject]
  }

  return async ({ headers: { authorization } }: FastifyRequest) => {
    if (authorization === undefined) throw unauthenticated()
    const token = bearer.exec(authorization)?.[1]
    if (token === undefined) throw unauthenticated('invalid_token')
    const { payload, protectedHeader } = await jwtVerify(token, keys, rules).catch((error: unknown) => {
      if (isUnavailable(error)) throw new GraphError('serviceNotAvailable', undefined, { headers: { 'retry-after': String(retryAfterSeconds) } })
      throw unauthenticated('invalid_token')
    })
    const principal = types.includes((protectedHeader.typ ?? '').toLowerCase()) ? findPrincipal(payload, claims) : undefined
    if (principal === undefined) throw unauthenticated('invalid_token')
    return principal
  }
}
