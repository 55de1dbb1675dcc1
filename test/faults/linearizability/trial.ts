import type { Entry } from './history.js'
import type { Cell } from './sequential.js'
import { carryOut, haveSameMembers } from './sequential.js'

/** A tag that nobody has seen yet is an object: it may turn out to be any that was never shown. */
type Tag = string | object

/** Whether requests that are carried out in this order answer as they did. */
function isRight (order: readonly Entry[]): boolean {
  let cell: Cell<Tag> = { exists: false, members: {}, tag: {} }
  const replaced = new Set<Tag>()
  for (const { request, answer } of order) {
    if (answer?.status === 503 || answer?.status === 507) continue
    const { status, next } = carryOut<Tag>(cell, request, () => ({}))
    if (next !== cell) replaced.add(cell.tag)
    cell = next
    if (answer === undefined) continue
    if (answer.status !== status && !(answer.status === 204 && status === 200 && request.kind === 'update')) return false
    if (status >= 400 || request.kind === 'remove') continue
    const { etag, members = cell.members } = answer
    if (etag === undefined || !haveSameMembers(members, cell.members)) return false
    if (typeof cell.tag === 'object' && !replaced.has(etag)) cell = { ...cell, tag: etag }
    if (cell.tag !== etag || (request.kind === 'read' && status === 200 && etag === request.noneMatch)) return false
  }
  return true
}

/** Every order of the rest that time allows, after `order`. */
function tryAll (order: readonly Entry[], rest: readonly Entry[]): boolean {
  if (!isRight(order)) return false
  if (rest.every(({ answer }) => answer === undefined)) return true
  return rest.some((entry) => rest.every(({ answered }) => entry.invoked <= answered) && tryAll([...order, entry], rest.filter((other) => other !== entry)))
}

/** Whether the history of one key is linearizable: an oracle for the checker, for a few requests, that knows no shortcut. */
export function isLinearizableByTrial (entries: readonly Entry[]): boolean {
  return tryAll([], entries)
}
