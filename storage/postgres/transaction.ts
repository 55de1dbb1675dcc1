import { findFirstConflict, idOf } from '../change.js'
import { StoredRecord } from '../record.js'
import { StoreUnavailableError } from '../store.js'
import type { Change, Collection, CommitOutcome, OperationRecord, OperationStore } from '../store.js'
import type { Connections, Run } from './connections.js'
import type { Row } from './driver.js'
import { findForgotten } from './history.js'
import type { Statements, VersionedChange } from './statements.js'

/** What commits are written with. */
export interface Writer {
  readonly connections: Connections
  readonly statements: Statements
  readonly makeVersion: () => string
  /** How long a commit is sent again while nothing comes of it. Milliseconds. */
  readonly retryMillis: number
  readonly keptChanges: number
  readonly getStore: () => OperationStore
}

/** Such as by a trigger of somebody else's: what is to be done about it is for people to find out. */
export const leftOut = 'the database leaves out a change that meets no conflict'

/** What a change leaves behind. */
export function toResult ({ change, version }: VersionedChange): OperationRecord | undefined {
  return change.kind === 'remove' ? undefined : new StoredRecord(change.record, version)
}

/** The versions of what is stored under the ids of changes. */
export async function readVersions (run: Run, statements: Statements, collection: Collection, changes: readonly Change[]): Promise<Map<string, string>> {
  const rows = await run(statements.versions(collection, changes.map(idOf)))
  return new Map(rows.map(({ id, version }) => [id as string, version as string]))
}

/**
 * Waits for the turn of a collection, with numbers for `changes` changes of its history. What is sent on the same
 * connection after this has the turn: the row that turns are taken at is there whoever was first.
 */
export async function takeTurn (run: Run, { statements }: Writer, collection: Collection, changes: number): Promise<void> {
  await Promise.all([run(statements.begin(collection)), run(statements.takeTurn(collection, changes))])
}

/** Makes changes in a transaction that has its turn: what `apply` answers to each. */
export async function applyAll (run: Run, { statements }: Writer, collection: Collection, changes: readonly VersionedChange[]): Promise<Row[][]> {
  return await Promise.all(changes.map(async (change, index) => await run(statements.applyInTurn(collection, change, changes.length - 1 - index))))
}

/** Makes all changes or none. Nobody else writes to the collection between its turn and the end of the transaction. */
async function commitInTurn (run: Run, writer: Writer, collection: Collection, changes: readonly Change[]): Promise<CommitOutcome> {
  const { statements, makeVersion, keptChanges } = writer
  const versions = await readVersions(run, statements, collection, changes)
  const conflict = findFirstConflict(changes, (id) => versions.get(id))
  if (conflict !== undefined) return { committed: false, ...conflict }
  const made = changes.map((change) => ({ change, version: makeVersion() }))
  const done = await applyAll(run, writer, collection, made)
  if (done.some(({ length }) => length === 0)) throw new StoreUnavailableError(leftOut)
  const forgotten = findForgotten(done, keptChanges)
  if (forgotten !== undefined) await run(statements.forget(collection, forgotten))
  return { committed: true, records: made.map(toResult) }
}

/** A commit of several changes, as a transaction. */
export async function commitAll (writer: Writer, collection: Collection, changes: readonly Change[]): Promise<CommitOutcome> {
  return await writer.connections.transact(async (run) => {
    const [, outcome] = await Promise.all([takeTurn(run, writer, collection, changes.length), commitInTurn(run, writer, collection, changes)])
    return outcome
  })
}
