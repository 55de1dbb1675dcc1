import { findFirstConflict, idOf } from '../change.js'
import { StoredRecord } from '../record.js'
import { StoreUnavailableError } from '../store.js'
import type { Change, Collection, CommitOutcome } from '../store.js'
import { findForgotten } from './history.js'
import type { Writer } from './commit-queue.js'
import type { Run } from './connections.js'
import type { VersionedChange } from './statements.js'

/** Such as by a trigger of somebody else's: what is to be done about it is for people to find out. */
export const leftOut = 'the database leaves out a change that meets no conflict'

/** Changes in the order they are made, as many at a time as one statement takes: of one kind, each of another id. */
function toSteps (changes: readonly VersionedChange[]): VersionedChange[][] {
  const steps: VersionedChange[][] = []
  let ids = new Set<string>()
  let kind: Change['kind'] | undefined
  for (const made of changes) {
    const id = idOf(made.change)
    if (made.change.kind !== kind || ids.has(id)) {
      steps.push([])
      ids = new Set()
      kind = made.change.kind
    }
    steps.at(-1)?.push(made)
    ids.add(id)
  }
  return steps
}

/** Makes all changes or none. Nobody else writes to the collection between the lock and the end of the transaction. */
async function commitLocked (run: Run, { statements, makeVersion, keptChanges }: Writer, collection: Collection, changes: readonly Change[]): Promise<CommitOutcome> {
  const rows = await run(statements.versions(collection, changes.map(idOf)))
  const versions = new Map(rows.map(({ id, version }) => [id as string, version as string]))
  const conflict = findFirstConflict(changes, (id) => versions.get(id))
  if (conflict !== undefined) return { committed: false, ...conflict }
  const made = changes.map((change) => ({ change, version: makeVersion() }))
  for (const step of toSteps(made)) {
    const done = await run(statements.apply(collection, step))
    if (done.length !== step.length) throw new StoreUnavailableError(leftOut)
    const forgotten = findForgotten(Number(done[0]?.['last']), step.length, keptChanges)
    if (forgotten !== undefined) await run(statements.forget(collection, forgotten))
  }
  return { committed: true, records: made.map(({ change, version }) => change.kind === 'remove' ? undefined : new StoredRecord(change.record, version)) }
}

/** A commit of several changes, as a transaction. */
export async function commitAll (writer: Writer, collection: Collection, changes: readonly Change[]): Promise<CommitOutcome> {
  const { connections, statements } = writer
  const outcome = await connections.transact(async (run) => {
    const locked = await run(statements.lock(collection))
    return locked.length === 0 ? undefined : await commitLocked(run, writer, collection, changes)
  })
  if (outcome !== undefined) return outcome
  // the first commit of a collection makes the row that writers take turns at
  await connections.write(statements.begin(collection))
  return await commitAll(writer, collection, changes)
}
