import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Scalar } from '../storage/query/tree.js'
import { refuse } from './refusal.js'

/** Where a page ends, and so the next one begins. */
export interface Place {
  readonly after: readonly Scalar[]
  /** The page size that the first request preferred. */
  readonly size?: number | undefined
}

/**
 * Continuation tokens: sealed, so that clients can neither read nor change them, and bound to what they
 * continue. `binding` says what that is: tenant, owner and query.
 */
export interface SkipTokens {
  readonly toToken: (place: Place, binding: string) => string
  /** @throws invalidRequest for a token that was changed or belongs to something else */
  readonly parseToken: (token: string, binding: string) => Place
}

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** `secret` is the same for every process that serves the same operations. @see NIST SP 800-38D */
export function makeSkipTokens (secret: string): SkipTokens {
  const key = Buffer.from(hkdfSync('sha256', secret, '', '$skiptoken', 32))
  return {
    toToken (place, binding) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(binding))
      const sealed = Buffer.concat([nonce, cipher.update(JSON.stringify(place)), cipher.final()])
      return Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64url')
    },
    parseToken (token, binding) {
      const sealed = Buffer.from(token, 'base64url')
      const isWhole = sealed.length > nonceBytes + tagBytes && sealed.toString('base64url') === token
      if (!isWhole) throw refuse('$skiptoken', 'it is not a continuation token; follow @odata.nextLink as it is')
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes)).setAAD(Buffer.from(binding)).setAuthTag(sealed.subarray(-tagBytes))
      const opened = decipher.update(sealed.subarray(nonceBytes, -tagBytes))
      try {
        decipher.final()
      } catch {
        throw refuse('$skiptoken', 'it belongs to another query or collection; follow @odata.nextLink as it is')
      }
      return JSON.parse(opened.toString()) as Place
    }
  }
}
