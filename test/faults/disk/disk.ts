import type { Chance } from '../../support/chance.js'
import type { DiskEvent } from './trace.js'

/*
 * A disk that a power cut may meet at any moment.
 *
 * What was written to a file before an fsync of it began lasts from that fsync's end on, and its name from the
 * folder's. Until then the system may write any part of it back, in any order: of each sector the state after any
 * of the writes to it, of each name the state after any of the changes to it.
 */

type Change = Extract<DiskEvent, { kind: 'write' | 'truncate' }>

/** A file, whatever its name. */
interface Inode {
  lasting: Buffer
  /** What no fsync has covered. */
  pending: Change[]
  /** How many changes were covered. */
  synced: number
  /** By thread, how many changes there were when its fsync began. */
  readonly begun: Map<string, number>
}

interface Naming {
  readonly name: string
  readonly inode: Inode | undefined
}

/** How much of what may last does. */
type Style = 'nothing' | 'everything' | 'oldest' | 'any'

const styles: readonly Style[] = ['nothing', 'everything', 'oldest', 'oldest', 'any', 'any', 'any', 'any']

function resize (content: Buffer, size: number): Buffer {
  return size <= content.length ? content.subarray(0, size) : Buffer.concat([content, Buffer.alloc(size - content.length)])
}

function write (content: Buffer, offset: number, data: Buffer): Buffer {
  const sized = content.length < offset + data.length ? resize(content, offset + data.length) : content
  data.copy(sized, offset)
  return sized
}

function apply (content: Buffer, change: Change): Buffer {
  return change.kind === 'truncate' ? resize(content, change.size) : write(content, change.offset, change.data)
}

/** A change of one place: a sector, or the size of the file. */
interface Step {
  readonly place: string
  readonly change: Change
}

/** A write as the sectors it touches. */
function toPieces ({ offset, data, ...write }: Extract<Change, { kind: 'write' }>, sectorSize: number): Step[] {
  const steps: Step[] = []
  for (let at = offset; at < offset + data.length;) {
    const sector = Math.floor(at / sectorSize)
    const end = Math.min((sector + 1) * sectorSize, offset + data.length)
    steps.push({ place: String(sector), change: { ...write, offset: at, data: data.subarray(at - offset, end - offset) } })
    at = end
  }
  return steps
}

export class Disk {
  /** Names as a program sees them. */
  readonly #names = new Map<string, Inode>()
  readonly #lastingNames = new Map<string, Inode>()
  #pendingNames: Naming[] = []

  #get (name: string): Inode {
    const inode = this.#names.get(name)
    if (inode === undefined) throw new Error(`there is no file ${name}`)
    return inode
  }

  #name (name: string, inode: Inode | undefined): void {
    if (inode === undefined) this.#names.delete(name)
    else this.#names.set(name, inode)
    this.#pendingNames.push({ name, inode })
  }

  /** What the program does next. */
  play (event: DiskEvent): void {
    switch (event.kind) {
      case 'create':
        if (!this.#names.has(event.name)) this.#name(event.name, { lasting: Buffer.alloc(0), pending: [], synced: 0, begun: new Map() })
        break
      case 'unlink':
        this.#name(event.name, undefined)
        break
      case 'rename':
        this.#name(event.to, this.#get(event.name))
        this.#name(event.name, undefined)
        break
      case 'write':
      case 'truncate':
        this.#get(event.name).pending.push(event)
        break
      case 'sync-begins': {
        const { begun, synced, pending } = this.#get(event.name)
        begun.set(event.thread, synced + pending.length)
        break
      }
      case 'sync': {
        const inode = this.#get(event.name)
        const covered = (inode.begun.get(event.thread) ?? Infinity) - inode.synced
        inode.begun.delete(event.thread)
        // another thread's may have covered more
        const changes = inode.pending.splice(0, Math.max(covered, 0))
        // a copy: images made before are of the old one
        inode.lasting = changes.reduce(apply, Buffer.from(inode.lasting))
        inode.synced += changes.length
        break
      }
      case 'sync-folder':
        for (const { name, inode } of this.#pendingNames) {
          if (inode === undefined) this.#lastingNames.delete(name)
          else this.#lastingNames.set(name, inode)
        }
        this.#pendingNames = []
        break
      case 'log':
    }
  }

  /** What is found after a power cut at this moment: names and contents. */
  cut (chance: Chance): Map<string, Buffer> {
    const style = chance.pick(styles)
    const sectorSize = chance.pick([512, 4_096])
    const percent = chance.pick([10, 50, 90])
    const names = new Map(this.#lastingNames)
    // of several changes to one name, the first ones
    const kept = this.#chooseFirst(chance, style, percent, this.#pendingNames.map(({ name }) => name))
    for (const [index, { name, inode }] of this.#pendingNames.entries()) {
      if (!kept[index]) continue
      if (inode === undefined) names.delete(name)
      else names.set(name, inode)
    }
    return new Map([...names].map(([name, inode]) => [name, this.#cutFile(chance, style, percent, sectorSize, inode)]))
  }

  #cutFile (chance: Chance, style: Style, percent: number, sectorSize: number, { lasting, pending }: Inode): Buffer {
    const steps = pending.flatMap((change): Step[] => change.kind === 'truncate' ? [{ place: 'size', change }] : toPieces(change, sectorSize))
    const kept = this.#chooseFirst(chance, style, percent, steps.map(({ place }) => place))
    let content: Buffer = Buffer.from(lasting)
    for (const [index, { change }] of steps.entries()) if (kept[index]) content = apply(content, change)
    // the size may be on the disk before what is in the file
    const size = pending.reduce((size, change) => change.kind === 'truncate' ? change.size : Math.max(size, change.offset + change.data.length), lasting.length)
    return style === 'any' && content.length < size && chance.oneIn(3) ? resize(content, size) : content
  }

  /** Which steps reach the disk: of those at one place, the first ones. */
  #chooseFirst (chance: Chance, style: Style, percent: number, places: readonly string[]): boolean[] {
    if (style === 'nothing' || style === 'everything') return places.map(() => style === 'everything')
    if (style === 'oldest') {
      const end = chance.below(places.length + 1)
      return places.map((_place, index) => index < end)
    }
    const isOver = new Set<string>()
    return places.map((place) => {
      if (!isOver.has(place) && chance.below(100) < percent) return true
      isOver.add(place)
      return false
    })
  }
}
