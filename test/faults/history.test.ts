import t from 'tap'
import { checkHistory } from './load/history.js'
import type { Entry, Fate, Findings, Item, State, Write } from './load/history.js'

/** A store as it should be, and clients that remember what they were told; what is doctored is passed to `play`. */
class Played {
  readonly before = new Map<string, State>()
  readonly after = new Map<string, State>()
  readonly entries = new Map<string, Entry[]>()
  readonly writes: Write[] = []
  #versions = 0
  #now = 0

  /** Stores one item of a write, as it should be or once more. */
  store (number: number, { key, kind }: Item): string {
    const version = `v${++this.#versions}`
    const found = this.after.get(key)
    this.entries.set(key, [...this.entries.get(key) ?? [], { kind: kind === 'remove' ? 'removed' : found === undefined ? 'inserted' : 'replaced', version }])
    if (kind === 'remove') this.after.delete(key)
    else this.after.set(key, { version, members: new Set([...found?.members ?? [], number]), last: number })
    return version
  }

  write (number: number, items: Item[], fate: Fate = 'made', made: Item[] = fate === 'refused' ? [] : items): void {
    const began = ++this.#now
    const answers = items.map((item) => {
      const version = made.includes(item) ? this.store(number, item) : 'none'
      return fate !== 'made' || item.kind === 'remove' ? undefined : { version, members: this.after.get(item.key)?.members.size ?? 0 }
    })
    this.writes.push({ number, items, fate, began, ended: ++this.#now, answers: fate === 'made' ? answers : [] })
  }

  /** The next episode begins. */
  look (): void {
    for (const [key, state] of this.after) this.before.set(key, state)
    this.entries.clear()
    this.writes.length = 0
  }
}

const item = (key: string, kind: Item['kind']): Item => ({ key, kind })
const [a, b, c, d] = ['a', 'b', 'c', 'd'] as const

/** Every kind of write and fate, and nothing wrong. */
function play (): Played {
  const played = new Played()
  for (const [index, key] of [a, b, c].entries()) played.write(index + 1, [item(key, 'insert')])
  played.look()
  played.write(10, [item(a, 'update')])
  played.write(11, [item(a, 'upsert'), item(b, 'upsert')])
  played.write(12, [item(c, 'remove')])
  played.write(13, [item(c, 'insert')])
  played.write(14, [item(d, 'upsert')])
  played.write(15, [item(a, 'insert')], 'refused')
  played.write(16, [item(a, 'update')])
  return played
}

const cutOff: Array<[what: string, doctor: (played: Played) => void]> = [
  ['nothing', () => undefined],
  ['a write that was made', (played) => played.write(20, [item(a, 'update')], 'unknown')],
  ['a write that was not made', (played) => played.write(20, [item(a, 'update')], 'unknown', [])],
  ['a write before one that was answered', (played) => {
    played.write(20, [item(b, 'update')], 'unknown')
    played.write(21, [item(b, 'update')])
  }],
  ['several that were made together', (played) => played.write(20, [item(a, 'upsert'), item(b, 'remove')], 'unknown')],
  ['several that were not made', (played) => played.write(20, [item(a, 'upsert'), item(b, 'remove')], 'unknown', [])],
  ['a write whose operation was removed since', (played) => {
    played.write(20, [item(a, 'upsert'), item(b, 'upsert')], 'unknown')
    played.write(21, [item(a, 'remove')])
  }],
  ['removals of one key', (played) => {
    played.write(20, [item(a, 'remove')], 'unknown')
    played.write(21, [item(a, 'remove'), item(b, 'upsert')], 'unknown', [])
  }]
]

for (const [what, doctor] of cutOff) {
  t.test(`a history is good when what was cut off is ${what}`, async (t) => {
    const played = play()
    doctor(played)
    t.strictSame(checkHistory(played), { lost: [], twice: [], violations: [] })
  })
}

const replaceLast = (played: Played, key: string, change: (state: State) => State): void => { played.after.set(key, change(played.after.get(key)!)) }

/** Without the last entry of a key. */
const forgetLast = (played: Played, key: string): void => { played.entries.set(key, played.entries.get(key)!.slice(0, -1)) }

const bad: Array<[what: string, finding: keyof Findings, doctor: (played: Played) => void]> = [
  ['the last write is not there, as if it had never been', 'lost', (played) => {
    forgetLast(played, a)
    replaceLast(played, a, () => ({ version: played.entries.get(a)!.at(-1)!.version, members: new Set([1, 10, 11]), last: 11 }))
  }],
  ['the whole episode is not there', 'lost', (played) => {
    played.entries.clear()
    played.after.clear()
    for (const [key, state] of played.before) played.after.set(key, state)
  }],
  ['an operation nobody wrote to is not there', 'lost', (played) => {
    played.look()
    played.after.delete(a)
  }],
  ['an operation is not there, its history is', 'lost', (played) => played.after.delete(d)],
  ['a write in between is not there, its history is', 'lost', (played) => replaceLast(played, a, (state) => ({ ...state, members: new Set([1, 11, 16]) }))],
  ['a removal is not there', 'lost', (played) => {
    played.write(20, [item(b, 'remove')], 'made', [])
  }],
  ['an acknowledged write was made once more', 'twice', (played) => {
    played.write(20, [item(a, 'update')])
    played.store(16, item(a, 'update'))
  }],
  ['an acknowledged write was made once more, and another was cut off', 'twice', (played) => {
    played.write(20, [item(a, 'update')], 'unknown', [])
    played.store(16, item(a, 'update'))
  }],
  ['a write that was cut off was made twice', 'twice', (played) => {
    played.write(20, [item(a, 'update')], 'unknown')
    played.store(20, item(a, 'update'))
  }],
  ['an operation was removed twice', 'twice', (played) => {
    played.write(20, [item(a, 'remove')])
    played.write(21, [item(a, 'insert')])
    played.store(20, item(a, 'remove'))
  }],
  ['the history has an entry twice', 'twice', (played) => played.entries.get(b)!.push(played.entries.get(b)![0]!)],
  ['a write was made that was refused', 'violations', (played) => {
    const items = [item(a, 'update')]
    played.write(20, items, 'refused', items)
  }],
  ['a write was made in part', 'violations', (played) => {
    const items = [item(a, 'upsert'), item(b, 'upsert')]
    played.write(20, items, 'unknown', items.slice(0, 1))
  }],
  ['a write was made but for its removal', 'violations', (played) => {
    const items = [item(a, 'upsert'), item(b, 'remove')]
    played.write(20, items, 'unknown', items.slice(0, 1))
  }],
  ['a write was made although it was answered before an older one began', 'violations', (played) => {
    const [first, second, ...rest] = played.entries.get(a)!
    played.entries.set(a, [second!, first!, ...rest])
  }],
  ['the table has another version than the history', 'violations', (played) => replaceLast(played, a, (state) => ({ ...state, version: 'other' }))],
  ['the operation has an older text', 'violations', (played) => replaceLast(played, a, (state) => ({ ...state, last: 11 }))],
  ['a removed operation is there', 'violations', (played) => {
    const state = played.after.get(a)!
    played.write(20, [item(a, 'remove')])
    played.after.set(a, state)
  }],
  ['an operation is there that nobody made', 'violations', (played) => played.after.set('e', { version: 'v', members: new Set(), last: 0 })],
  ['the history has no entry of a write that was cut off', 'violations', (played) => {
    played.write(20, [item(a, 'update')], 'unknown')
    forgetLast(played, a)
  }],
  ['an insert found the operation there', 'violations', (played) => {
    played.entries.set(a, played.entries.get(a)!.map((entry) => ({ ...entry, kind: 'inserted' })))
  }],
  ['the answer showed another state', 'violations', (played) => {
    played.writes.push({ ...played.writes.pop()!, answers: [{ version: played.after.get(a)!.version, members: 9 }] })
  }]
]

for (const [what, finding, doctor] of bad) {
  t.test(`a history is bad when ${what}`, async (t) => {
    const played = play()
    doctor(played)
    t.ok(checkHistory(played)[finding].length > 0, JSON.stringify(checkHistory(played)))
  })
}
