import type { Members, Request } from './history.js'

/*
 * The rules of one operation a second time, as a program that carries out requests one after the other. What
 * model.ts says of answers, this says of requests; neither knows the other.
 */

/** `Tag` is whatever tells versions apart. */
export interface Cell<Tag> {
  readonly exists: boolean
  readonly members: Members
  readonly tag: Tag
}

export interface Outcome<Tag> {
  readonly status: number
  readonly next: Cell<Tag>
}

export function haveSameMembers (one: Members, other: Members): boolean {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => one[name] === other[name])
}

/**
 * What a request does to an operation, and the status of its answer; the same cell when it changes nothing.
 * `mint` makes a version that was never there before.
 */
export function carryOut<Tag> (cell: Cell<Tag>, request: Request, mint: () => Tag): Outcome<Tag> {
  const match = request.kind === 'update' || request.kind === 'remove' ? request.match : undefined
  if (match !== undefined && !(cell.exists && (match === '*' || cell.tag === match))) return { status: 412, next: cell }
  if (request.kind === 'read') {
    if (!cell.exists) return { status: 404, next: cell }
    return { status: request.noneMatch !== undefined && cell.tag === request.noneMatch ? 304 : 200, next: cell }
  }
  if (request.kind === 'remove') return cell.exists ? { status: 204, next: { exists: false, members: {}, tag: mint() } } : { status: 404, next: cell }
  if (request.kind === 'create') return cell.exists ? { status: 409, next: cell } : { status: 201, next: { exists: true, members: request.members, tag: mint() } }
  if (cell.exists && request.upsert === 'only') return { status: 412, next: cell }
  if (!cell.exists && request.upsert === undefined) return { status: 404, next: cell }
  const members = Object.fromEntries(Object.entries({ ...cell.members, ...request.members }).filter((member): member is [string, string] => member[1] !== null))
  if (cell.exists && haveSameMembers(members, cell.members)) return { status: 200, next: cell }
  return { status: cell.exists ? 200 : 201, next: { exists: true, members, tag: mint() } }
}
