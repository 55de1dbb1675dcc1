import { isDeepStrictEqual } from 'node:util'
import type { CryptoKey, JSONWebKeySet, JWSHeaderParameters } from 'jose'
import { createLocalJWKSet, createRemoteJWKSet, errors } from 'jose'
import { isIssuer } from './claims.js'

/** Keys are looked for anew in the background when they are this old, and waited for when they are twice as old. Milliseconds. */
const freshMillis = 15_000

/** A key id that is not there is asked for at most this often. */
const cooldownMillis = 10_000

/** How long an issuer that could not be asked is left alone. */
export const retryAfterSeconds = 5

/** How long keys are used whose issuer cannot be asked whether they still hold. */
const staleMillis = 24 * 60 * 60 * 1_000

/** The keys of an issuer cannot be had now, which is not the caller's mistake. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError'
}

/** The keys that tokens are verified with. */
export interface Keys {
  /** The key a token names. @throws KeysUnavailableError; JWKSNoMatchingKey and others of jose for the token */
  readonly get: (header: JWSHeaderParameters) => Promise<CryptoKey>
  /** Whether the key that `kid` names may sign for an issuer: sets for several tenants have keys for some of them only. */
  readonly isOfIssuer: (kid: string | undefined, iss: unknown, tenant: string) => boolean
  /** Whether what was verified with the keys still holds, as far as is known; sees to it that changes at the issuer are seen. */
  readonly areFresh: () => boolean
  /** Waits until it is known what holds, and says whether that is so; never throws. */
  readonly refresh: () => Promise<boolean>
}

/** A key may say whose tokens it signs. @see Microsoft identity platform, Validate the signing key issuer */
type NamedKey = JSONWebKeySet['keys'][number] & { readonly issuer?: unknown }

function isOfIssuer ({ keys }: JSONWebKeySet, kid: string | undefined, iss: unknown, tenant: string): boolean {
  const candidates = (keys as readonly NamedKey[]).filter((key) => kid === undefined || key.kid === kid)
  // a key that went while it was used says nothing any more
  return candidates.length > 0 && candidates.every(({ issuer }) => typeof issuer !== 'string' || isIssuer(issuer, iss, tenant))
}

/** Keys that are given and stay. */
export function makeLocalKeys (jwks: JSONWebKeySet): Keys {
  const local = createLocalJWKSet(jwks)
  return { get: async (header) => await local(header), isOfIssuer: (...asked) => isOfIssuer(jwks, ...asked), areFresh: () => true, refresh: async () => true }
}

/**
 * Keys of a URL, fetched once for all that wait. Keys that come or go are seen within half a minute. While the
 * issuer cannot be asked, the keys that are here are used; without any there are none to be had.
 */
export function makeRemoteKeys (url: URL, onChange: () => void): Keys {
  // when to ask again is decided here
  const remote = createRemoteJWKSet(url, { cacheMaxAge: Number.POSITIVE_INFINITY, cooldownDuration: Number.POSITIVE_INFINITY })
  let known: JSONWebKeySet | undefined
  let pending: Promise<void> | undefined
  let fetchedAt = Number.NEGATIVE_INFINITY
  let failedAt = Number.NEGATIVE_INFINITY

  const age = (): number => Date.now() - fetchedAt
  const isLeftAlone = (): boolean => Date.now() < failedAt + retryAfterSeconds * 1_000

  const reload = async (): Promise<void> => {
    try {
      await remote.reload()
    } catch {
      failedAt = Date.now()
      return
    }
    fetchedAt = Date.now()
    failedAt = Number.NEGATIVE_INFINITY
    const before = known
    known = remote.jwks()
    if (before !== undefined && !isDeepStrictEqual(known, before)) onChange()
  }

  /** Once for all that wait. Keys that are here go on when the issuer fails. */
  const tryFetch = async (): Promise<void> => {
    if (!isLeftAlone()) pending ??= reload().finally(() => { pending = undefined })
    await pending
  }

  // while the issuer keeps failing nobody waits for it; after a quiet while the first one does
  const areFresh = (): boolean => {
    if (age() > freshMillis) void tryFetch()
    return age() <= staleMillis && (age() <= 2 * freshMillis || Date.now() - failedAt <= freshMillis)
  }

  const refresh = async (): Promise<boolean> => {
    await tryFetch()
    return age() <= staleMillis
  }

  return {
    async get (header) {
      if (!areFresh() && !await refresh()) throw new KeysUnavailableError('the keys cannot be had')
      try {
        return await remote(header)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || age() < cooldownMillis) throw error
        await tryFetch()
        return await remote(header)
      }
    },
    isOfIssuer: (...asked) => isOfIssuer(known as JSONWebKeySet, ...asked),
    areFresh,
    refresh
  }
}
