/*
 * What must be true of a store after a crash, decided from what clients were told and what is there.
 *
 * Every write adds a member of its own, w{number}, to each operation that it makes or changes, and the answer to it
 * has the version. So each entry of the history is a write that was acknowledged, known by its version, or one whose
 * answer was cut off; and an operation has as many members as its history has entries. A write that is made twice
 * leaves an entry without a member.
 */

/** What a write does to one operation. `key` is the collection and the id. */
export interface Item {
  readonly key: string
  readonly kind: 'insert' | 'update' | 'upsert' | 'remove'
}

/** `refused`: the answer says that nothing was stored. `unknown`: there was none, or it says so. */
export type Fate = 'made' | 'refused' | 'unknown'

/** One request. Its items are made together or not at all. */
export interface Write {
  readonly number: number
  readonly items: readonly Item[]
  /** When it was sent and answered, on one clock. */
  readonly began: number
  readonly ended: number
  readonly fate: Fate
  /** What the answer says of each item; nothing of one that was removed. */
  readonly answers: ReadonlyArray<{ readonly version: string, readonly members: number } | undefined>
}

/** One entry of the store's `changes`. */
export interface Entry {
  readonly kind: 'inserted' | 'replaced' | 'removed'
  readonly version: string
}

/** An operation as a reader sees it. */
export interface State {
  readonly version: string
  /** The numbers of the writes that it has members of. */
  readonly members: ReadonlySet<number>
  /** The write whose text it has. */
  readonly last: number
}

/** From one look at the store to the next. */
export interface Episode {
  readonly before: ReadonlyMap<string, State>
  readonly writes: readonly Write[]
  /** What the store's `changes` say of each key since `before`. */
  readonly entries: ReadonlyMap<string, readonly Entry[]>
  readonly after: ReadonlyMap<string, State>
}

export interface Findings {
  /** Acknowledged, and not there. */
  readonly lost: string[]
  /** There more often than it was asked for. */
  readonly twice: string[]
  /** Anything else: a part of a write, a write that was refused, a state that nobody wrote. */
  readonly violations: string[]
}

interface Use {
  readonly write: Write
  readonly item: Item
  readonly answer: Write['answers'][number]
}

const kindsOf: Readonly<Record<Item['kind'], ReadonlyArray<Entry['kind']>>> = {
  insert: ['inserted'], update: ['replaced'], upsert: ['inserted', 'replaced'], remove: ['removed']
}

/** The operation as the history has it: which writes it must have, and how many more. */
interface Replayed {
  readonly members: Set<number>
  unnamed: number
}

function checkKey (key: string, { before, entries, after }: Episode, uses: readonly Use[], { lost, twice, violations }: Findings): void {
  const history = entries.get(key) ?? []
  const first = before.get(key)
  const found = after.get(key)
  const made = uses.filter(({ write: { fate } }) => fate === 'made')
  const unknown = uses.filter(({ write: { fate } }) => fate === 'unknown')
  const ofVersion = new Map(made.flatMap((use) => use.answer === undefined ? [] : [[use.answer.version, use] as const]))
  const say = (list: string[], what: string): void => { list.push(`${key}: ${what}`) }

  const count = new Map<string, number>()
  for (const { version } of history) count.set(version, (count.get(version) ?? 0) + 1)
  for (const [version, times] of count) if (times > 1) say(twice, `the history has version ${version} ${times} times`)
  for (const [version, { write }] of ofVersion) if (!count.has(version)) say(lost, `write ${write.number} was acknowledged as ${version}, which the history does not have`)

  const removals = history.filter(({ kind }) => kind === 'removed').length
  const removalsOf = (list: readonly Use[]): number => list.filter(({ item }) => item.kind === 'remove').length
  if (removals < removalsOf(made)) say(lost, `${removalsOf(made)} removals were acknowledged, the history has ${removals}`)
  if (removals > removalsOf(made) + removalsOf(unknown)) say(twice, `${removalsOf(made)} removals were acknowledged and ${removalsOf(unknown)} not answered, the history has ${removals}`)

  const foreign = history.filter(({ kind, version }) => kind !== 'removed' && !ofVersion.has(version)).length
  const possible = unknown.length - removalsOf(unknown)
  if (foreign > possible) say(twice, `${foreign} entries are of no acknowledged write, and ${possible} writes were not answered`)

  let replayed: Replayed | undefined = first && { members: new Set(first.members), unnamed: 0 }
  let last: number | undefined = first?.last
  let latestBegin = -Infinity
  for (const { kind, version } of history) {
    if ((kind === 'inserted') === (replayed !== undefined)) say(violations, `${version} was ${kind}, and the operation was ${replayed === undefined ? 'not ' : ''}there`)
    if (kind === 'removed') {
      replayed = undefined
      continue
    }
    if (replayed === undefined || kind === 'inserted') replayed = { members: new Set(), unnamed: 0 }
    const use = ofVersion.get(version)
    last = use?.write.number
    if (use === undefined) {
      replayed.unnamed += 1
      continue
    }
    const { write: { number, began, ended }, item, answer } = use
    replayed.members.add(number)
    if (!kindsOf[item.kind].includes(kind)) say(violations, `write ${number}, an ${item.kind}, was ${kind}`)
    if (answer?.members !== replayed.members.size + replayed.unnamed) say(violations, `the answer to write ${number} had ${String(answer?.members)} members, the history ${replayed.members.size + replayed.unnamed}`)
    if (ended < latestBegin) say(violations, `write ${number} was answered before another one began that the history has before it`)
    latestBegin = Math.max(latestBegin, began)
  }

  if (found === undefined || replayed === undefined) {
    if (replayed !== undefined) say(lost, 'the operation is not there')
    if (found !== undefined) say(violations, 'the operation is there, and the history has its removal or nothing of it')
    return
  }
  const { members, unnamed } = replayed
  for (const number of members) if (!found.members.has(number)) say(lost, `the operation does not have write ${number}`)
  const extra = [...found.members].filter((number) => !members.has(number))
  for (const number of extra) if (!unknown.some(({ write }) => write.number === number)) say(violations, `the operation has write ${number}, which was not made`)
  if (extra.length < unnamed) say(twice, `${unnamed} entries of the history are of no acknowledged write, and the operation has ${extra.length} such members`)
  if (extra.length > unnamed) say(violations, `the operation has ${extra.length} members of writes that were not answered, and the history ${unnamed}`)
  const version = history.at(-1)?.version ?? first?.version
  if (found.version !== version) say(violations, `the operation has version ${found.version}, the history ends with ${String(version)}`)
  if (last === undefined ? !extra.includes(found.last) : found.last !== last) say(violations, `the operation has the text of write ${found.last}, and the last one was ${String(last ?? extra)}`)
}

/** Whether an item of a write that was not answered was made; `undefined` where that cannot be seen. */
function findMade (write: Write, { key, kind }: Item, { entries, after }: Episode, uses: readonly Use[]): boolean | undefined {
  const removals = (entries.get(key) ?? []).filter(({ kind }) => kind === 'removed').length
  if (kind !== 'remove') {
    if (after.get(key)?.members.has(write.number) === true) return true
    // made, perhaps, and removed with the operation
    return removals > 0 ? undefined : false
  }
  const removers = uses.filter(({ write: { fate }, item }) => fate !== 'refused' && item.kind === 'remove')
  return removers.filter(({ write: { fate } }) => fate === 'unknown').length > 1 ? undefined : removals === removers.length
}

/** Checks one episode, key by key, and that no write was made in part. */
export function checkHistory (episode: Episode): Findings {
  const findings: Findings = { lost: [], twice: [], violations: [] }
  const uses = new Map<string, Use[]>()
  for (const write of episode.writes) {
    for (const [index, item] of write.items.entries()) {
      const known = uses.get(item.key) ?? []
      known.push({ write, item, answer: write.answers[index] })
      uses.set(item.key, known)
    }
  }
  for (const key of new Set([...uses.keys(), ...episode.before.keys(), ...episode.entries.keys(), ...episode.after.keys()])) {
    checkKey(key, episode, uses.get(key) ?? [], findings)
  }
  for (const write of episode.writes.filter(({ fate, items }) => fate === 'unknown' && items.length > 1)) {
    const made = write.items.map((item) => findMade(write, item, episode, uses.get(item.key) ?? []))
    if (made.includes(true) && made.includes(false)) findings.violations.push(`write ${write.number} was made in part: ${write.items.map(({ key, kind }, index) => `${kind} ${key} ${String(made[index])}`).join(', ')}`)
  }
  return findings
}
