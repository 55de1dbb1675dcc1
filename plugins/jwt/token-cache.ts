import { hash } from 'node:crypto'
import type { Principal } from '../../schemas/principal.js'

/** A verified token's principal, and when the token ends. */
interface Entry {
  readonly principal: Principal
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** Verified tokens, for as long as they are valid. */
export interface TokenCache {
  /** `connection` is what the token came on. */
  readonly find: (token: string, connection: object) => Principal | undefined
  /** Begins to verify a token: what it answers keeps the principal, unless the cache was cleared meanwhile. */
  readonly begin: (token: string) => (principal: Principal, expiresAt: number) => void
  /** What was verified with keys that may be gone has to be verified again. */
  readonly clear: () => void
}

/** Of the whole token: a cache that knows a token by a part of it takes a forged one for it. */
function toDigest (token: string): string {
  return hash('sha256', token, 'base64')
}

/**
 * A cache of at most `limit` tokens, of which those used lately stay: half of it is young, and what is not
 * asked for while a new half fills is forgotten. Beside it, each connection has the token that it brought last, so
 * that one that is sent again, and whole the same, is not even hashed.
 */
export function makeTokenCache (limit: number): TokenCache {
  let young = new Map<string, Entry>()
  let old = new Map<string, Entry>()
  let last = new WeakMap<object, { readonly token: string, readonly entry: Entry }>()
  let clears = 0

  const put = (digest: string, entry: Entry): void => {
    if (young.size >= limit / 2) {
      old = young
      young = new Map()
    }
    young.set(digest, entry)
  }

  const findByDigest = (token: string): Entry | undefined => {
    const digest = toDigest(token)
    const found = young.get(digest)
    const entry = found ?? old.get(digest)
    if (entry === undefined) return undefined
    if (Date.now() >= entry.expiresAt) {
      young.delete(digest)
      old.delete(digest)
      return undefined
    }
    if (found === undefined) put(digest, entry)
    return entry
  }

  return {
    find (token, connection) {
      const known = last.get(connection)
      if (known !== undefined && known.token === token && Date.now() < known.entry.expiresAt) return known.entry.principal
      const entry = findByDigest(token)
      if (entry === undefined) last.delete(connection)
      else last.set(connection, { token, entry })
      return entry?.principal
    },
    begin (token) {
      const begun = clears
      return (principal, expiresAt) => {
        if (begun === clears && limit > 0) put(toDigest(token), { principal, expiresAt })
      }
    },
    clear () {
      clears += 1
      young = new Map()
      old = new Map()
      last = new WeakMap()
    }
  }
}
