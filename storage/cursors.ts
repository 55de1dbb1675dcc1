import { createHash } from 'node:crypto'

/** A change that a cursor is a place after; 0 is the place before all of them. */
export interface Place {
  readonly sequence: number
  readonly version: string
}

/** The place before every change. */
export const origin: Place = { sequence: 0, version: '' }

/**
 * Cursors of a history whose numbers a restored copy uses again for other changes: a cursor is good only where
 * the change it follows is the same, which its version tells, since no version comes back. The version is
 * hashed: it is the entity tag of a record that may be another tenant's.
 */
export interface Cursors {
  readonly toCursor: (place: Place) => string
  /** The number in a cursor, `undefined` for any other text. */
  readonly findSequence: (cursor: string) => number | undefined
}

/** @param mark tells histories apart that have no change yet */
export function makeCursors (mark: string): Cursors {
  return {
    toCursor ({ sequence, version }) {
      const digest = createHash('sha256').update(`${mark} ${sequence} ${version}`).digest('base64url')
      return `${sequence.toString(36)}-${digest.slice(0, 16)}`
    },
    findSequence: (cursor) => /^[0-9a-z]{1,10}-[\w-]{16}$/.test(cursor) ? Number.parseInt(cursor, 36) : undefined
  }
}
