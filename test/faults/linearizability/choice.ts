import type { Chance } from '../../support/chance.js'
import type { Request } from './history.js'

/** What the clients know of one operation together. */
export interface Knowledge {
  /** Whether it was there at the last answer. */
  isThere: boolean
  /** Every tag that was shown, the newest last. */
  readonly tags: string[]
}

/** A tag to ask for: mostly the newest, which several clients then ask for at once; else one of the past. */
function chooseTag (chance: Chance, tags: readonly string[]): string {
  return chance.oneIn(4) ? chance.pick(tags) : tags.at(-1) as string
}

function chooseMembers (chance: Chance, client: number, number: number): Record<string, string> {
  // the value of some requests before, so that some updates change nothing
  const value = `${client}.${chance.oneIn(6) ? Math.max(0, number - 3) : number}`
  // one member is of this client alone, so that a lost update shows; two at once show half of one
  return chance.oneIn(2) ? { [`m${client}`]: value } : { [`m${client}`]: value, last: value }
}

function chooseUpdate (chance: Chance, client: number, number: number, tags: readonly string[]): Request {
  const members = chance.oneIn(10) ? { [`m${client}`]: null } : chooseMembers(chance, client, number)
  if (chance.oneIn(8)) return { kind: 'update', members, upsert: chance.pick(['too', 'only'] as const) }
  if (tags.length === 0 || chance.oneIn(2)) return { kind: 'update', members }
  return { kind: 'update', members, match: chance.oneIn(12) ? '*' : chooseTag(chance, tags) }
}

/** The next request of a client, its `number`th. */
export function chooseRequest (chance: Chance, client: number, number: number, { isThere, tags }: Knowledge): Request {
  const lot = chance.below(100)
  if (!isThere && lot < 50) {
    const members = chooseMembers(chance, client, number)
    return chance.oneIn(3) ? { kind: 'update', members, upsert: chance.pick(['too', 'only'] as const) } : { kind: 'create', members }
  }
  if (lot < 30) return { kind: 'read', ...(tags.length > 0 && chance.oneIn(4) && { noneMatch: chooseTag(chance, tags) }) }
  if (lot < 82) return chooseUpdate(chance, client, number, tags)
  if (lot < 88) return { kind: 'create', members: chooseMembers(chance, client, number) }
  if (lot < 94 || tags.length === 0) return { kind: 'remove' }
  return { kind: 'remove', match: chance.oneIn(6) ? '*' : chooseTag(chance, tags) }
}

/** Takes in what an answer shows. */
export function learn (knowledge: Knowledge, request: Request, { status, etag }: { readonly status: number, readonly etag?: string | undefined }): void {
  knowledge.isThere = status < 400 ? request.kind !== 'remove' : status !== 404
  if (etag !== undefined && knowledge.tags.at(-1) !== etag) knowledge.tags.push(etag)
}
