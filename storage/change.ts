import { hostErrors } from '../errors.js'
import type { Change, CommittedChange, ConflictReason } from './store.js'

/** The id a change is about. */
export function idOf (change: Change): string {
  return change.kind === 'remove' ? change.id : change.record.id
}

/** Why a change cannot be made to a record that has this version; `undefined` stands for no record. */
export function findConflict (change: Change, version: string | undefined): ConflictReason | undefined {
  if (change.kind === 'insert') return version === undefined ? undefined : 'exists'
  if (version === undefined) return 'missing'
  return change.expectedVersion === undefined || change.expectedVersion === version ? undefined : 'changed'
}

/**
 * The first change that meets a conflict, each meeting what the changes before it leave behind.
 * `versionOf` tells the version of what is stored under an id, `undefined` for nothing.
 */
export function findFirstConflict (changes: readonly Change[], versionOf: (id: string) => string | undefined): { readonly index: number, readonly reason: ConflictReason } | undefined {
  // '' is a version nobody can expect
  const ahead = new Map<string, string | undefined>()
  for (const [index, change] of changes.entries()) {
    const id = idOf(change)
    const reason = findConflict(change, ahead.has(id) ? ahead.get(id) : versionOf(id))
    if (reason !== undefined) return { index, reason }
    ahead.set(id, change.kind === 'remove' ? undefined : '')
  }
  return undefined
}

/** What the history calls a change once it is committed. */
export const committedKinds = { insert: 'inserted', replace: 'replaced', remove: 'removed' } as const satisfies Record<Change['kind'], CommittedChange['kind']>

/** @throws OPS_ERR_OPTION: the newest change is always kept, since sequence numbers go on from it. */
export function checkKeptChanges (keptChanges: number): void {
  if (!Number.isSafeInteger(keptChanges) || keptChanges < 1) throw new hostErrors.OPS_ERR_OPTION('keptChanges must be a whole number of at least 1')
}
