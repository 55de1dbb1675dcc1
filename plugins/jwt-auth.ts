import type { FastifyRequest } from 'fastify'
import type { JSONWebKeySet, JWTVerifyResult } from 'jose'
import { jwtVerify } from 'jose'
import { GraphError, hostErrors } from '../errors.js'
import { countHeader } from '../routes/http/raw-headers.js'
import type { Principal } from '../schemas/principal.js'
import type { Authenticate } from './auth.js'
import { unauthenticated } from './auth.js'
import type { ClaimNames } from './jwt/claims.js'
import { findPrincipal, isIssuer, toClaimNames } from './jwt/claims.js'
import type { Keys } from './jwt/keys.js'
import { KeysUnavailableError, makeLocalKeys, makeRemoteKeys, retryAfterSeconds } from './jwt/keys.js'
import { makeTokenCache } from './jwt/token-cache.js'

/** Options of {@link jwtAuth}. */
export interface JwtAuthOptions {
  /**
   * Who makes the tokens: `iss` must be one of these. `{tenantid}` stands for the token's own tenant, as in
   * `https://login.microsoftonline.com/{tenantid}/v2.0`, for an application of several tenants.
   */
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
  /** How many verified tokens are remembered until they expire, from 0 on. Default 10,000. */
  readonly cachedTokens?: number
}

const known = ['issuer', 'audience', 'jwksUri', 'jwks', 'claims', 'typ', 'clockToleranceSeconds', 'cachedTokens'] satisfies Array<keyof JwtAuthOptions>

/** Signatures with a public key only, so that no key can be taken for another kind. @see RFC 8725, 3.1 */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

/** Three parts without padding or spaces. @see RFC 7515, 3.1 */
const bearer = /^bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i

const scheme = /^bearer(?: |$)/i

/** Longer than any token, and than what Node takes for all headers of a request unless it is told otherwise. */
const longest = 16_384

function fail (problem: string): never {
  throw new hostErrors.OPS_ERR_OPTION(problem)
}

function toKeys ({ jwksUri, jwks }: JwtAuthOptions, onChange: () => void): Keys {
  if (jwks !== undefined && jwksUri === undefined) return makeLocalKeys(jwks)
  if (jwksUri === undefined || jwks !== undefined) fail('jwtAuth takes either jwksUri or jwks')
  if (!/^https?:/i.test(jwksUri) || !URL.canParse(jwksUri)) fail('jwksUri must be an http or https URL')
  return makeRemoteKeys(new URL(jwksUri), onChange)
}

/** Options come from JavaScript too, whatever their types say. */
function isNamed (value: unknown): boolean {
  const names = [value].flat()
  return names.length > 0 && names.every((name) => typeof name === 'string' && name !== '')
}

function checkOptions (options: JwtAuthOptions): void {
  const { issuer, audience, clockToleranceSeconds = 30, cachedTokens = 10_000 } = options
  const unknown = Object.keys(options).filter((name) => !(known as string[]).includes(name))
  if (unknown.length > 0) fail(`jwtAuth has no option "${unknown.join('", "')}"`)
  if (!isNamed(issuer) || !isNamed(audience)) fail('jwtAuth needs issuer and audience')
  if (!(clockToleranceSeconds >= 0 && clockToleranceSeconds <= 300)) fail('clockToleranceSeconds must be from 0 to 300')
  if (!Number.isSafeInteger(cachedTokens) || cachedTokens < 0) fail('cachedTokens must be a whole number from 0 on')
}

/** The token of a request. @throws unauthenticated, without an error where no token was sent. @see RFC 6750, 3.1 */
function getToken ({ headers: { authorization }, raw }: FastifyRequest): string {
  if (authorization === undefined || !scheme.test(authorization)) throw unauthenticated()
  const token = authorization.length > longest ? undefined : bearer.exec(authorization)?.[1]
  // what is between may have looked at another one than Node keeps
  if (token === undefined || countHeader(raw, 'authorization') > 1) throw unauthenticated('invalid_token')
  return token
}

/** A signature has one spelling: bits that decoding drops would make several tokens of one. @see RFC 4648, 3.5 */
function isCanonical (token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1)
  return Buffer.from(signature, 'base64url').toString('base64url') === signature
}

/**
 * Authenticates bearer tokens: signed JWTs of one issuer, with Entra's claim names unless told otherwise.
 * A token that is not valid is answered with 401, keys that cannot be had with 503. A token that was verified
 * is not verified again until it expires or the issuer's keys change.
 * @throws OPS_ERR_OPTION
 * @see RFC 7519; RFC 9068
 */
export function jwtAuth (options: JwtAuthOptions): Authenticate {
  checkOptions(options)
  const { issuer, audience, typ = ['JWT', 'at+jwt'], clockToleranceSeconds = 30, cachedTokens = 10_000 } = options
  const claims = toClaimNames(options.claims)
  const cache = makeTokenCache(cachedTokens)
  const keys = toKeys(options, cache.clear)
  const isOurs = (iss: unknown, tenant: string): boolean => [issuer].flat().some((one) => isIssuer(one, iss, tenant))
  const types = [typ].flat().map((name) => name.toLowerCase())
  const rules = { audience: [audience].flat(), algorithms, clockTolerance: clockToleranceSeconds, requiredClaims: ['iss', 'exp', claims.tenant, claims.subject] }

  const verify = async (token: string): Promise<JWTVerifyResult> => {
    try {
      return await jwtVerify(token, keys.get, rules)
    } catch (error) {
      if (error instanceof KeysUnavailableError) throw new GraphError('serviceNotAvailable', undefined, { headers: { 'retry-after': String(retryAfterSeconds) } })
      throw unauthenticated('invalid_token')
    }
  }

  const authenticate = async (token: string): Promise<Principal> => {
    const keep = cache.begin(token)
    const { payload, protectedHeader: { typ, kid } } = await verify(token)
    const { iss, exp } = payload
    const principal = types.includes((typ ?? '').toLowerCase()) && isCanonical(token) ? findPrincipal(payload, claims) : undefined
    if (principal === undefined || !isOurs(iss, principal.tenant) || !keys.isOfIssuer(kid, iss, principal.tenant)) throw unauthenticated('invalid_token')
    keep(principal, exp as number * 1_000)
    return principal
  }

  /** By connection: the header that it sent last, and the token in it. */
  const read = new WeakMap<object, { readonly authorization: string | undefined, readonly token: string }>()
  const getTokenOnce = (request: FastifyRequest): string => {
    const { headers: { authorization }, raw: { socket } } = request
    const known = read.get(socket)
    if (known !== undefined && known.authorization === authorization && countHeader(request.raw, 'authorization') === 1) return known.token
    const token = getToken(request)
    read.set(socket, { authorization, token })
    return token
  }

  return (request) => {
    const token = getTokenOnce(request)
    const { socket } = request.raw
    if (keys.areFresh()) return cache.find(token, socket) ?? authenticate(token)
    return keys.refresh().then(async (holds) => (holds ? cache.find(token, socket) : undefined) ?? await authenticate(token))
  }
}
