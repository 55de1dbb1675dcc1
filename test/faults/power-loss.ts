import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteStore } from '../../index.js'
import { everything } from '../../storage/query/tree.js'
import { makeChance } from '../support/chance.js'
import type { Chance } from '../support/chance.js'
import { compile } from '../support/compile.js'
import type { Edit } from '../support/compile.js'
import { toUncounted } from '../support/uncounted.js'
import { Disk } from './disk/disk.js'
import { readTrace, toTraceArguments } from './disk/trace.js'
import type { DiskEvent } from './disk/trace.js'
import type { Fault, Figures } from './fault.js'
import { ViolationError } from './fault.js'
import { checkHistory } from './load/history.js'
import type { Entry, Findings, State, Write } from './load/history.js'
import { inspectFile } from './sqlite-file.js'

const collection = { tenant: 'local', owner: 'calls/1' }
const database = 'operations.db'
const log = 'log'

/** Images made of one trace. */
const imagesPerTrace = 500
const sessions = 4
const rounds = 40

const writer = 'test/faults/programs/writer.ts'

/** So that a short trace has what a long life has: checkpoints of both kinds, and a log that begins again from its start. */
const frequentCheckpoints: readonly Edit[] = [
  { file: 'storage/sqlite/migrations.ts', replace: '  defineFunctions(database)\n', by: '  defineFunctions(database)\n  database.exec(\'PRAGMA wal_autocheckpoint=120\')\n' },
  { file: 'storage/sqlite/checkpoints.ts', replace: 'const pagesPerCopy = 2_000', by: 'const pagesPerCopy = 30' }
]
const normal: Edit = { file: 'storage/sqlite/migrations.ts', replace: '\'FULL\', 2', by: '\'NORMAL\', 1' }

/** Runs sessions of the writing program, one after the other, and reads what they did to the disk. */
async function trace (program: string, folder: string, chance: Chance): Promise<DiskEvent[]> {
  mkdirSync(folder)
  const output = `${folder}.trace`
  const events: DiskEvent[] = []
  for (let session = 0; session < sessions; session += 1) {
    const [file, args] = toUncounted('strace', ...toTraceArguments(output), process.execPath, program, join(folder, database), join(folder, log), String(chance.below(2 ** 31)), String(session), String(rounds))
    const { status, signal, stderr } = spawnSync(file, args, { encoding: 'utf8' })
    // a session that does not close its store kills itself, and strace with it
    if (status !== 0 && signal !== 'SIGKILL') throw new Error(`the writing program ended with ${String(status ?? signal)}: ${stderr}`)
    events.push(...await readTrace(output, { folder, log, isIgnored: (name) => name.endsWith('-shm') }))
  }
  rmSync(output)
  rmSync(folder, { recursive: true })
  return events
}

/** What the program's log says had begun and was acknowledged, at any line of it. */
class Log {
  readonly #writes = new Map<number, Write>()

  read (line: string, now: number): void {
    const { begins, made, refused, items, answers } = JSON.parse(line) as { begins?: number, made?: number, refused?: number, items?: Write['items'], answers?: Array<Write['answers'][number] | null> }
    if (begins !== undefined) this.#writes.set(begins, { number: begins, items: items ?? [], began: now, ended: Infinity, fate: 'unknown', answers: [] })
    const number = made ?? refused
    const begun = number === undefined ? undefined : this.#writes.get(number)
    if (begun !== undefined) this.#writes.set(begun.number, { ...begun, ended: now, fate: made === undefined ? 'refused' : 'made', answers: (answers ?? []).map((answer) => answer ?? undefined) })
  }

  get writes (): Write[] {
    return [...this.#writes.values()]
  }
}

/** Opens an image with the store, as after a power cut, and reads everything. */
async function look (file: string): Promise<{ states: Map<string, State>, entries: Map<string, Entry[]>, wrong: string[] }> {
  const store = await sqliteStore({ file })
  try {
    const wrong = await inspectFile(file)
    const states = new Map<string, State>()
    const entries = new Map<string, Entry[]>()
    for (const { id, version, value } of await store.list(collection, everything, { limit: 100, skip: 0 })) {
      states.set(`${collection.owner}/${id}`, { version, members: new Set(Object.values(value['log'] as Record<string, number>)), last: Number(String(value['clientContext']).slice(1)) })
    }
    for (let cursor: string | undefined; ;) {
      const page = await store.changes(collection, cursor, 100)
      if (page.expired) throw new Error('the history does not know its own cursor')
      if (page.changes.length === 0) break
      cursor = page.cursor
      for (const { id, kind, version } of page.changes) {
        const key = `${collection.owner}/${id}`
        entries.set(key, [...entries.get(key) ?? [], { kind, version }])
      }
    }
    return { states, entries, wrong }
  } finally {
    await store.close()
  }
}

/** Makes the image of a power cut and says what is wrong with it. */
async function check (folder: string, image: ReadonlyMap<string, Buffer>, writes: readonly Write[]): Promise<Findings> {
  mkdirSync(folder)
  for (const [name, content] of image) writeFileSync(join(folder, name), content)
  try {
    const { states, entries, wrong } = await look(join(folder, database))
    const { lost, twice, violations } = checkHistory({ before: new Map(), writes, entries, after: states })
    return { lost, twice, violations: [...wrong, ...violations] }
  } catch (error) {
    return { lost: [], twice: [], violations: [`the store cannot be opened: ${(error as Error).message}`] }
  }
}

/** Places in a trace where the power is cut, in order: any, and just after something was acknowledged. */
function choosePlaces (chance: Chance, events: readonly DiskEvent[], count: number): number[] {
  const acknowledged = events.flatMap((event, index) => event.kind === 'log' && event.line.startsWith('{"made"') ? [index] : [])
  if (acknowledged.length === 0) throw new Error('the trace has no acknowledged write')
  return chance.some(count, () => chance.oneIn(2) ? chance.pick(acknowledged) : chance.below(events.length)).sort((left, right) => left - right)
}

/** Cuts the power at some places of a trace; `onImage` is told of each image, and says whether it was good. */
async function replay (events: readonly DiskEvent[], chance: Chance, count: number, folder: string, onImage: (findings: Findings, acknowledged: number, place: number) => void): Promise<void> {
  const disk = new Disk()
  const log = new Log()
  const places = choosePlaces(chance, events, count)
  let made = 0
  for (const [index, event] of events.entries()) {
    disk.play(event)
    if (event.kind === 'log') {
      log.read(event.line, index)
      if (event.line.startsWith('{"made"')) made += 1
    }
    for (; places[0] === index; places.shift()) {
      const image = join(folder, 'image')
      onImage(await check(image, disk.cut(chance), log.writes), made, index)
      rmSync(image, { recursive: true })
    }
  }
}

/**
 * Power cuts: the writes and syncs of a program are traced, and disks made of any part of what was not synced at
 * any moment; the store opens each and must have what was acknowledged by then, once, and every commit whole.
 * With `synchronous=NORMAL` the same must find losses, or it proves nothing; and with a folder that is never synced,
 * or it knows nothing of names.
 */
export const powerLoss: Fault = {
  name: 'power-loss',
  stores: ['sqlite'],
  quick: 200,
  long: 5_000,
  isMissing: () => spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0 ? false : 'there is no strace, or it may not trace',
  async run ({ store, cycles, folder, seed, log }) {
    const chance = makeChance(seed)
    const figures = { acknowledged: 0, lost: 0, twice: 0, violations: 0, images: 0, writes: 0, syncs: 0, 'writes to the database': 0, 'of them on a thread': 0, 'unlinked files': 0, 'NORMAL: images': 0, 'NORMAL: images with losses': 0, 'folder never synced: images': 0, 'folder never synced: images with losses': 0 }
    const program = compile(join(folder, 'full'), writer, frequentCheckpoints)
    const careless = compile(join(folder, 'normal'), writer, [...frequentCheckpoints, normal])
    let events: DiskEvent[] = []
    for (let left = cycles; left > 0; left -= imagesPerTrace) {
      events = await trace(program, join(folder, 'disk'), chance)
      const count = (matches: (event: DiskEvent) => boolean): number => events.filter(matches).length
      figures.writes += count(({ kind }) => kind === 'write')
      figures.syncs += count(({ kind }) => kind === 'sync')
      figures['writes to the database'] += count((event) => event.kind === 'write' && event.name === database)
      // those of the event loop write the log
      const loops = new Set(events.flatMap((event) => event.kind === 'write' && event.name !== database ? [event.thread] : []))
      figures['of them on a thread'] += count((event) => event.kind === 'write' && !loops.has(event.thread))
      figures['unlinked files'] += count(({ kind }) => kind === 'unlink')
      await replay(events, chance, Math.min(left, imagesPerTrace), folder, ({ lost, twice, violations }, acknowledged, place) => {
        figures.images += 1
        figures.acknowledged += acknowledged
        figures.lost += lost.length
        figures.twice += twice.length
        figures.violations += violations.length
        if (lost.length + twice.length + violations.length === 0) return
        throw new ViolationError([`power loss on ${store}, image ${figures.images}, event ${place} of ${events.length}, --seed=${seed}`, ...lost.map((what) => `lost: ${what}`), ...twice.map((what) => `twice: ${what}`), ...violations].join('\n'), figures)
      })
      log(`${figures.images} images of ${figures.writes} writes, ${figures.acknowledged} writes acknowledged before them`)
    }
    const controls = [
      ['NORMAL', await trace(careless, join(folder, 'disk'), chance)],
      ['folder never synced', events.filter(({ kind }) => kind !== 'sync-folder')]
    ] as const
    const images = Math.ceil(cycles / 8)
    for (const [control, events] of controls) {
      await replay(events, chance, images, folder, ({ lost }) => {
        figures[`${control}: images`] += 1
        if (lost.length > 0) figures[`${control}: images with losses`] += 1
      })
      if (figures[`${control}: images with losses`] === 0) throw new Error(`${control}, ${images} images: none has losses, so that this proves nothing`)
    }
    return figures satisfies Figures
  }
}
