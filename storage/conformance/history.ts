import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { committedKinds, idOf } from '../change.js'
import { everything } from '../query/tree.js'
import type { Change, Collection, CommittedChange, OperationStore } from '../store.js'
import type { Choices } from './case.js'
import { makeChoices, readHistory, toRecord } from './case.js'

/** A change that was acknowledged, as its writer knows it; the version of a removal is told by the history alone. */
interface Acknowledged {
  readonly kind: CommittedChange['kind']
  readonly id: string
  readonly version: string | undefined
  /** The version that was there before. */
  readonly before: string | undefined
}

/** What becomes of an id: it is made, changed, removed, or removed and made again in one commit. */
function toChanges (id: string, version: string | undefined, { below }: Choices): Change[] {
  const record = toRecord(id, below(60), { n: below(1_000) })
  if (version === undefined) return [{ kind: 'insert', record }]
  // an expectation that is out of date, now and then: the whole commit is refused
  const expectedVersion = below(8) === 0 ? 'stale' : version
  const removal: Change = { kind: 'remove', id, expectedVersion }
  switch (below(4)) {
    case 0: return [removal]
    case 1: return [removal, { kind: 'insert', record }]
    default: return [{ kind: 'replace', record, expectedVersion }]
  }
}

/** Commits of one to three of these ids, each based on what was read just before; and what of them was made. */
async function writeAtRandom (store: OperationStore, collection: Collection, ids: readonly string[], commits: number, choices: Choices): Promise<Acknowledged[]> {
  const made: Acknowledged[] = []
  for (let n = 0; n < commits; n += 1) {
    const chosen = [...new Set(Array.from({ length: 1 + choices.below(3) }, () => choices.pick(ids)))]
    const versions = new Map<string, string | undefined>()
    for (const id of chosen) versions.set(id, (await store.find({ ...collection, id }))?.version)
    const changes = chosen.flatMap((id) => toChanges(id, versions.get(id), choices))
    const outcome = await store.commit(collection, changes)
    if (outcome.committed) {
      for (const [index, change] of changes.entries()) {
        const version = outcome.records[index]?.version
        made.push({ kind: committedKinds[change.kind], id: idOf(change), version, before: versions.get(idOf(change)) })
        versions.set(idOf(change), version)
      }
      await checkSeen(store, collection, made.at(-1) as Acknowledged)
    }
  }
  return made
}

/** A read that starts after a commit was acknowledged sees it, in the history too, whatever others write meanwhile. */
async function checkSeen (store: OperationStore, collection: Collection, { kind, id, version, before }: Acknowledged): Promise<void> {
  const { changes } = await readHistory(store, collection, 1_000)
  const isIt = (change: CommittedChange, index: number): boolean =>
    version === undefined ? change.kind === 'removed' && change.id === id && versionBefore(changes, index) === before : change.version === version
  assert.ok(changes.some(isIt), `the history has what was acknowledged: ${kind} ${id}`)
}

function versionBefore (changes: readonly CommittedChange[], index: number): string | undefined {
  return changes.slice(0, index).findLast(({ id }) => id === (changes[index] as CommittedChange).id)?.version
}

/** Reads on until everything is written, and then once more. */
async function follow (store: OperationStore, collection: Collection, limit: number, isWritten: () => boolean): Promise<CommittedChange[]> {
  const seen: CommittedChange[] = []
  let cursor: string | undefined
  for (;;) {
    const isLast = isWritten()
    const read = await readHistory(store, collection, limit, cursor)
    seen.push(...read.changes)
    cursor = read.cursor
    if (isLast) return seen
    // a store that answers at once leaves the others no turn
    await nextTurn()
  }
}

/**
 * The history of what writers made: everything at least once, nothing else, and of each id in the order it came to
 * be. What is there at the end is what the history ends with.
 */
async function checkHistory (store: OperationStore, collection: Collection, seen: readonly CommittedChange[], made: readonly Acknowledged[]): Promise<void> {
  // at least once: what is told again tells nothing new
  const once = [...new Map(seen.map((change) => [change.version, change])).values()]
  const current = new Map<string, string>()
  const toName = ({ kind, id, version, before }: Acknowledged): string => `${kind} ${id} ${version ?? ''} after ${before ?? 'nothing'}`
  const lived = once.map(({ kind, id, version }) => {
    const before = current.get(id)
    if (kind === 'removed') current.delete(id)
    else current.set(id, version)
    return toName({ kind, id, version: kind === 'removed' ? undefined : version, before })
  })
  assert.deepEqual(lived.sort(), made.map(toName).sort())
  const present = await store.list(collection, everything, { limit: 1_000, skip: 0 })
  assert.deepEqual(new Map(present.map(({ id, version }) => [id, version])), current)
}

/**
 * Writers and followers beside them; each uses one of the stores in turn. The ids of a writer are some that all write
 * and some of its own, so that commits meet and also pass each other.
 */
export async function checkFollowing (stores: readonly OperationStore[], collection: Collection, seed: number): Promise<void> {
  const storeOf = (n: number): OperationStore => stores[n % stores.length] as OperationStore
  const toIds = (writer: number): string[] => ['a', 'b', 'c', ...['a', 'b', 'c'].map((id) => `${id}-${writer}`)]
  let writers = 6
  const writing = Array.from({ length: writers }, async (_, writer) => {
    try {
      return await writeAtRandom(storeOf(writer), collection, toIds(writer), 15, makeChoices(seed + writer))
    } finally {
      writers -= 1
    }
  })
  const isWritten = (): boolean => writers === 0
  const [made, ...followers] = await Promise.all([Promise.all(writing), follow(storeOf(0), collection, 1, isWritten), follow(storeOf(1), collection, 7, isWritten)])
  const { changes } = await readHistory(storeOf(0), collection, 1_000)
  const all = made.flat()
  for (const kind of ['inserted', 'replaced', 'removed']) assert.ok(all.some((change) => change.kind === kind), kind)
  for (const seen of [changes, ...followers]) await checkHistory(storeOf(1), collection, seen, all)
}
