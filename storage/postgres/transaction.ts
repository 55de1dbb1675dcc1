import { findFirstConflict, idOf } from '../change.js'
import { StoredRecord } from '../record.js'
import { StoreUnavailableError } from '../store.js'
import type { Change, Collection, CommitOutcome, OperationRecord, OperationStore } from '../store.js'
import type { Connections, Run } from './connections.js'
import type { Row } from './driver.js'
import { findForgotten } from './history.js'
import { isJoinable, splitTexts, togetherLimit } from './records.js'
import type { PlacedChange, Statements, VersionedChange } from './statements.js'

/** What commits are written with. */
export interface Writer {
  readonly connections: Connections
  readonly statements: Statements
  /** Whether replacements can go together. */
  readonly isKeyed: boolean
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

/** Whether a change can go with others. Their records can be joined, but an expected version is whatever a caller says. */
function canGoTogether (placed: VersionedChange, isKeyed: boolean): placed is PlacedChange {
  const { change } = placed
  return change.kind === 'insert' || (change.kind === 'replace' && isKeyed && isJoinable(change.expectedVersion))
}

/** Changes of one kind that go together. */
interface Together {
  readonly made: PlacedChange[]
  /** Of text. */
  characters: number
}

/** Characters of text that one statement has, so that no parameter grows beyond what a server takes. */
const togetherCharacters = 1 << 20

function join (groups: Together[], placed: PlacedChange): void {
  const { length } = placed.change.record.text
  const last = groups.at(-1)
  if (last === undefined || last.made.length === togetherLimit || last.characters + length > togetherCharacters) groups.push({ made: [placed], characters: length })
  else {
    last.made.push(placed)
    last.characters += length
  }
}

/** The changes that go together, and those that go one by one after them: of several of one id, the first one may go before. */
function group (changes: readonly VersionedChange[], isKeyed: boolean): { readonly together: ReadonlyArray<readonly PlacedChange[]>, readonly alone: ReadonlyArray<VersionedChange & { readonly further: number }> } {
  const seen = new Set<string>()
  const kinds: Record<PlacedChange['change']['kind'], Together[]> = { insert: [], replace: [] }
  const alone: Array<VersionedChange & { readonly further: number }> = []
  for (const [index, made] of changes.entries()) {
    const placed = { ...made, further: changes.length - 1 - index }
    const id = idOf(made.change)
    if (!seen.has(id) && canGoTogether(placed, isKeyed)) join(kinds[placed.change.kind], placed)
    else alone.push(placed)
    seen.add(id)
  }
  const all = Object.values(kinds).flat().map(({ made }) => made)
  return { together: all.filter(({ length }) => length > 1), alone: [...all.filter(({ length }) => length === 1).flat(), ...alone] }
}

/** Makes changes in a transaction that has its turn: a row for each that was made, and none for one that met a conflict. */
export async function applyAll (run: Run, { statements, isKeyed }: Writer, collection: Collection, changes: readonly VersionedChange[]): Promise<Row[][]> {
  const { together, alone } = group(changes, isKeyed)
  const answers = new Map<VersionedChange['version'], Row[]>()
  await Promise.all([
    ...together.map(async (made) => {
      const rows = await run(statements.applyTogether(collection, made))
      const done = new Set(rows.flatMap(({ ids }) => splitTexts(ids as string)))
      for (const { change, version } of made) answers.set(version, done.has(idOf(change)) ? rows : [])
    }),
    ...alone.map(async (made) => { answers.set(made.version, await run(statements.applyInTurn(collection, made, made.further))) })
  ])
  return changes.map(({ version }) => answers.get(version) as Row[])
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
