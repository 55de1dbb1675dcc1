import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeChance } from '../support/chance.js'
import { Disk } from './disk/disk.js'
import { readTrace } from './disk/trace.js'
import type { DiskEvent } from './disk/trace.js'
import { powerLoss } from './power-loss.js'
import { testQuickly } from './quick.js'

testQuickly(powerLoss, (t, figures) => {
  const { acknowledged, lost, twice, violations, images, syncs } = figures
  t.strictSame([lost, twice, violations, images], [0, 0, 0, powerLoss.quick])
  t.ok(acknowledged! >= 10_000, `${acknowledged} acknowledged writes were looked for`)
  t.ok(syncs! >= 100, `${syncs} syncs`)
  t.ok(figures['writes to the database']! >= 100, 'there were checkpoints')
  t.ok(figures['of them on a thread']! >= 20, 'some of them beside the commits')
  t.ok(figures['unlinked files']! >= 3, 'the log was unlinked and made anew')
  t.ok(figures['NORMAL: images with losses']! > 0, 'a store that does not sync is found out')
  t.ok(figures['folder never synced: images with losses']! > 0, 'names are lost too')
})

const page = (letter: string, length = 4_096): Buffer => Buffer.alloc(length, letter)
const create: DiskEvent = { kind: 'create', name: 'f' }
const sync: DiskEvent = { kind: 'sync', name: 'f', thread: '7' }
const syncBegins = (thread: string): DiskEvent => ({ kind: 'sync-begins', name: 'f', thread })
const syncFolder: DiskEvent = { kind: 'sync-folder' }
const write = (offset: number, data: Buffer, name = 'f'): DiskEvent => ({ kind: 'write', name, thread: '7', offset, data })

/** A file's contents as runs of one letter, `-` for a file that is not there. */
function describe (content: Buffer | undefined): string {
  return content === undefined ? '-' : content.toString('latin1').replaceAll('\0', '0').replaceAll(/(.)\1*/g, (run, letter: string) => `${letter}${run.length}`)
}

/** Everything that may be found after these events, in order. */
function cutOften (events: readonly DiskEvent[], name = 'f'): string[] {
  const found = new Set<string>()
  for (let seed = 0; seed < 400; seed += 1) {
    const disk = new Disk()
    for (const event of events) disk.play(event)
    found.add(describe(disk.cut(makeChance(seed)).get(name)))
  }
  return [...found].sort()
}

const cuts: Array<[what: string, events: DiskEvent[], found: string[], name?: string]> = [
  ['what was synced lasts', [create, write(0, page('a')), sync, syncFolder], ['a4096']],
  ['what was written during a sync may be there or not', [create, write(0, page('a', 100)), syncBegins('7'), write(100, page('b', 50)), sync, syncFolder], ['a100', 'a100050', 'a100b50']],
  ['what another sync covered lasts', [create, write(0, page('a', 100)), syncBegins('8'), write(100, page('b', 50)), sync, { ...sync, thread: '8' }, syncFolder], ['a100b50']],
  ['a sync covers what was written since another one', [create, syncBegins('7'), write(0, page('a', 100)), syncBegins('8'), sync, { ...sync, thread: '8' }, syncFolder, write(100, page('b', 50)), sync], ['a100b50']],
  ['a name lasts when its folder is synced', [create, write(0, page('a')), sync], ['-', 'a4096']],
  ['a write may be there or not', [create, sync, syncFolder, write(0, page('a', 100))], ['', '0100', 'a100']],
  ['of two writes to a sector the first comes first', [create, write(0, page('a', 100)), sync, syncFolder, write(0, page('b', 50)), write(50, page('c', 50))], ['a100', 'b50a50', 'b50c50']],
  ['sectors are written in any order', [create, write(0, page('a', 1_024)), sync, syncFolder, write(0, page('b', 1_024))], ['a1024', 'a512b512', 'b1024', 'b512a512']],
  ['a file may be cut short', [create, write(0, page('a', 100)), sync, syncFolder, { kind: 'truncate', name: 'f', size: 10 }], ['a10', 'a100']],
  ['a file that was cut short stays so', [create, write(0, page('a', 100)), { kind: 'truncate', name: 'f', size: 10 }, sync, syncFolder], ['a10']],
  ['an unlinked file may be there', [create, write(0, page('a', 9)), sync, syncFolder, { kind: 'unlink', name: 'f' }], ['-', 'a9']],
  ['an unlinked file is gone when its folder is synced', [create, write(0, page('a', 9)), sync, syncFolder, { kind: 'unlink', name: 'f' }, syncFolder], ['-']],
  ['a file made anew is another file', [create, write(0, page('a', 9)), sync, syncFolder, { kind: 'unlink', name: 'f' }, create, write(0, page('b', 9)), sync], ['-', 'a9', 'b9']],
  ['a file that is there is not made', [create, write(0, page('a', 9)), sync, syncFolder, create, syncFolder], ['a9']],
  ['a renamed file has its old name or its new one', [create, write(0, page('a', 9)), sync, syncFolder, { kind: 'rename', name: 'f', to: 'g' }], ['-', 'a9'], 'g']
]

for (const [what, events, found, name] of cuts) {
  t.test(`after a power cut ${what}`, async (t) => {
    t.strictSame(cutOften(events, name), found)
  })
}

t.test('a disk knows its files', async (t) => {
  t.throws(() => new Disk().play(sync), /there is no file f/)
})

const toHex = (text: string): string => [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')

t.test('a trace is read', async (t) => {
  const folder = '/d/f'
  const trace = join(t.testdir(), 'trace')
  const read = async (...lines: string[]): Promise<DiskEvent[]> => {
    writeFileSync(trace, `${lines.join('\n')}\n`)
    return await readTrace(trace, { folder, log: 'log', isIgnored: (name) => name.endsWith('-shm') })
  }
  const paths = (path: string): string => toHex(`${folder}/${path}`)
  t.strictSame(await read(
    `7 openat(AT_FDCWD</x>, "${paths('a')}", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 18<${paths('a')}>`,
    `7 openat(AT_FDCWD</x>, "${paths('a')}", O_RDONLY) = 18<${folder}/a>`,
    `7 openat(AT_FDCWD</x>, "${paths('b')}", O_RDWR|O_CREAT) = -1 ENOSPC (No space left on device)`,
    `7 openat(AT_FDCWD</x>, "${toHex('/other/a')}", O_RDWR|O_CREAT) = 19</other/a>`,
    `7 pwrite64(18<${folder}/a>, "${toHex('text')}", 4, 4096) = 4`,
    `7 pwrite64(18<${folder}/a>, "${toHex('text')}", 4, 8192 <unfinished ...>`,
    `8 fsync(20<${folder}/c>) = 0`,
    '7 <... pwrite64 resumed>) = 2',
    `8 fdatasync(20<${folder}/a> <unfinished ...>`,
    `9 fsync(20<${folder}/a-shm> <unfinished ...>`,
    `7 pwrite64(18<${folder}/a>, "${toHex('text')}", 4, 0) = 4`,
    '8 <... fdatasync resumed>) = 0',
    `8 fsync(20<${folder}/a> <unfinished ...>) = ?`,
    `7 pwrite64(18<${folder}/a-shm>, "${toHex('text')}", 4, 0) = 4`,
    `7 write(21<${folder}/log>, "${toHex('one\ntwo\n')}", 8) = 8`,
    `7 write(1</dev/null>, "${toHex('text')}", 4) = 4`,
    `7 fdatasync(18<${folder}/a>) = 0`,
    `7 fsync(18<${folder}/a>) = -1 EIO (Input/output error)`,
    `7 fsync(22<${toHex(folder)}>) = 0`,
    `7 ftruncate(18<${folder}/a>, 12) = 0`,
    `7 unlink("${paths('a')}") = 0`,
    `7 rename("${paths('c')}", "${paths('d')}") = 0`,
    `7 sendfile(1</dev/null>, 2</other>, NULL, 3) = 3`,
    '7 +++ killed by SIGKILL +++'
  ), [
    { kind: 'create', name: 'a' },
    { kind: 'write', name: 'a', thread: '7', offset: 4_096, data: Buffer.from('text') },
    { kind: 'sync', name: 'c', thread: '8' },
    { kind: 'write', name: 'a', thread: '7', offset: 8_192, data: Buffer.from('te') },
    { kind: 'sync-begins', name: 'a', thread: '8' },
    { kind: 'write', name: 'a', thread: '7', offset: 0, data: Buffer.from('text') },
    { kind: 'sync', name: 'a', thread: '8' },
    { kind: 'sync-begins', name: 'a', thread: '8' },
    { kind: 'log', line: 'one' },
    { kind: 'log', line: 'two' },
    { kind: 'sync', name: 'a', thread: '7' },
    { kind: 'sync-folder' },
    { kind: 'truncate', name: 'a', size: 12 },
    { kind: 'unlink', name: 'a' },
    { kind: 'rename', name: 'c', to: 'd' }
  ])
  await t.rejects(read(`7 fallocate(18<${folder}/a>, 0, 0, 4096) = 0`), /not understood: fallocate/)
  await t.rejects(read(`7 write(18<${folder}/a>, "${toHex('text')}", 4) = 4`), /a place that the trace does not have/)
  await t.rejects(read(`7 rename("${paths('c')}", "${toHex('/other/c')}") = 0`), /moved into the folder or out of it/)
})
