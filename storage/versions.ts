import { randomBytes, randomFillSync } from 'node:crypto'

const versionBytes = 12
const versionsAtOnce = 128

/**
 * Makes versions: 96 random bits, so that none comes back, not after a restart or from a restored copy
 * either, and none tells how much others write.
 */
export function makeVersions (): () => string {
  const pool = Buffer.alloc(versionBytes * versionsAtOnce)
  let used = pool.length
  return () => {
    if (used === pool.length) {
      randomFillSync(pool)
      used = 0
    }
    used += versionBytes
    return pool.toString('base64url', used - versionBytes, used)
  }
}

/** A secret of 256 bits. */
export function makeSecret (): string {
  return randomBytes(32).toString('base64url')
}

/** A mark that no other history has. */
export function makeMark (): string {
  return randomBytes(6).toString('hex')
}
