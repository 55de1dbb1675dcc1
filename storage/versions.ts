import { randomBytes } from 'node:crypto'

/** Names made from a sequence number that only grows, marked with where they were made. */
export interface SequenceNames {
  toName: (sequence: number) => string
  /** The sequence number of a name made here, `undefined` for any other text. */
  findSequence: (name: string) => number | undefined
}

/** A mark that no other opening of any store has. */
export function makeMark (): string {
  return randomBytes(6).toString('hex')
}

/**
 * Versions carry the mark of this opening of the store, so that none comes back when a store starts
 * anew or an old copy is restored; cursors carry the mark of the history they are a place in.
 */
export function makeSequenceNames (mark: string): SequenceNames {
  const suffix = `-${mark}`
  return {
    toName: (sequence) => sequence.toString(36) + suffix,
    findSequence (name) {
      if (!/^[0-9a-z]{1,11}-[0-9a-f]+$/.test(name) || !name.endsWith(suffix)) return undefined
      return Number.parseInt(name, 36)
    }
  }
}
