import { createReadStream } from 'node:fs'
import { basename, dirname } from 'node:path'
import { createInterface } from 'node:readline'

/** What a program did to the files of one folder, one call of the system after the other. Files go by their names. */
export type DiskEvent =
  | { readonly kind: 'create' | 'unlink', readonly name: string }
  /** Of a thread that another one interrupts, before its `sync`. */
  | { readonly kind: 'sync-begins', readonly name: string, readonly thread: string }
  | { readonly kind: 'sync', readonly name: string, readonly thread: string }
  | { readonly kind: 'write', readonly name: string, readonly thread: string, readonly offset: number, readonly data: Buffer }
  | { readonly kind: 'truncate', readonly name: string, readonly size: number }
  | { readonly kind: 'rename', readonly name: string, readonly to: string }
  | { readonly kind: 'sync-folder' }
  /** A line that the program wrote into its log; no part of the disk. */
  | { readonly kind: 'log', readonly line: string }

/** The calls that can change a file or a folder, or make it last; one that {@link toEvent} does not know is an error. */
const calls = [
  'openat', 'open', 'creat', 'write', 'pwrite64', 'writev', 'pwritev', 'pwritev2', 'ftruncate', 'truncate', 'fallocate', 'copy_file_range', 'sendfile',
  'fsync', 'fdatasync', 'sync_file_range', 'rename', 'renameat', 'renameat2', 'link', 'linkat', 'unlink', 'unlinkat'
]

/** How `strace` is called: every byte of what is written, in hexadecimal, and the paths of descriptors. */
export function toTraceArguments (output: string): string[] {
  return ['-f', '-y', '-xx', '-s', '1000000', '-o', output, '-e', `trace=${calls.map((call) => `?${call}`).join(',')}`, '-e', 'signal=none']
}

function toBuffer (escaped: string): Buffer {
  return Buffer.from(escaped.replaceAll('\\x', ''), 'hex')
}

/** Paths are in hexadecimal too, from some version of strace on. */
function toPath (escaped: string): string {
  return escaped.startsWith('\\x') ? toBuffer(escaped).toString() : escaped
}

function toLastNumber (args: string): number {
  const [digits] = /\d+$/.exec(args) ?? []
  if (digits === undefined) throw new Error(`the trace has a call without a number at its end: ${args.slice(-100)}`)
  return Number(digits)
}

const onFile = /^\d+<([^>]*)>(?:\(deleted\))?/
const firstText = /"([^"]*)"/
const texts = /"([^"]*)"/g

interface Call {
  readonly thread: string
  readonly name: string
  readonly args: string
  /** NaN of a call that has not returned. */
  readonly result: number
  /** The path behind a descriptor that the call answers with. */
  readonly path: string | undefined
}

/** @see strace(1): `1234 name(args) = result`; a call that another thread interrupts takes two lines. */
function makeReader (): (line: string) => Call | undefined {
  const unfinished = new Map<string, string>()
  return (line) => {
    const space = line.indexOf(' ')
    const thread = line.slice(0, space)
    let text = line.slice(space).trimStart()
    if (text.endsWith('<unfinished ...>')) {
      text = text.slice(0, -'<unfinished ...>'.length).trimEnd()
      unfinished.set(thread, text)
      const open = text.indexOf('(')
      return { thread, name: text.slice(0, open), args: text.slice(open + 1), result: NaN, path: undefined }
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(text)
    if (resumed !== null) text = (unfinished.get(thread) ?? '') + text.slice(resumed[0].length)
    const open = text.indexOf('(')
    const close = text.lastIndexOf(') ')
    if (open === -1 || close === -1) return undefined
    const [, result = 'NaN', path] = /=\s+(-?\d+)(?:<([^>]*)>)?/.exec(text.slice(close)) ?? []
    return { thread, name: text.slice(0, open), args: text.slice(open + 1, close), result: Number(result), path }
  }
}

interface Place {
  readonly folder: string
  /** The name of the program's log. */
  readonly log: string
  /** Files that are made anew after a crash, whatever they had. */
  readonly isIgnored: (name: string) => boolean
}

function toEvents ({ thread, name: call, args, result, path }: Call, { folder, log, isIgnored }: Place): DiskEvent[] {
  const inFolder = (path: string | undefined): string | undefined => path !== undefined && dirname(path) === folder && !isIgnored(basename(path)) ? basename(path) : undefined
  const [, descriptor] = onFile.exec(args) ?? []
  const described = descriptor === undefined ? undefined : toPath(descriptor)
  // what is written while a file is synced may be too late for it
  if (Number.isNaN(result) && ['fsync', 'fdatasync'].includes(call)) {
    const name = inFolder(described)
    return name === undefined ? [] : [{ kind: 'sync-begins', name, thread }]
  }
  // a call that failed changed nothing, and one that never returned was cut off by the end of the program
  if (Number.isNaN(result) || result < 0) return []
  const [text = ''] = firstText.exec(args)?.slice(1) ?? []
  const named = (): string | undefined => inFolder(toPath(text))
  switch (call) {
    case 'openat':
    case 'open': {
      const name = inFolder(path && toPath(path))
      return name === undefined || name === log || !args.includes('O_CREAT') ? [] : [{ kind: 'create', name }, ...(args.includes('O_TRUNC') ? [{ kind: 'truncate', name, size: 0 } as const] : [])]
    }
    case 'write':
    case 'pwrite64': {
      const name = inFolder(described)
      if (name === undefined) return []
      if (name === log) return toBuffer(text).toString().trimEnd().split('\n').map((line) => ({ kind: 'log', line }))
      // a plain write says not where
      if (call === 'write') throw new Error(`${name} was written at a place that the trace does not have`)
      return [{ kind: 'write', name, thread, offset: toLastNumber(args), data: toBuffer(text).subarray(0, result) }]
    }
    case 'ftruncate': {
      const name = inFolder(described)
      return name === undefined ? [] : [{ kind: 'truncate', name, size: toLastNumber(args) }]
    }
    case 'fsync':
    case 'fdatasync': {
      if (described === folder) return [{ kind: 'sync-folder' }]
      const name = inFolder(described)
      return name === undefined ? [] : [{ kind: 'sync', name, thread }]
    }
    case 'unlink': {
      const name = named()
      return name === undefined ? [] : [{ kind: 'unlink', name }]
    }
    case 'rename': {
      const [from, to] = [...args.matchAll(texts)].map(([, path = '']) => inFolder(toPath(path)))
      if (from === undefined && to === undefined) return []
      if (from === undefined || to === undefined) throw new Error('a file was moved into the folder or out of it')
      return [{ kind: 'rename', name: from, to }]
    }
    default: {
      const touched = [described, ...[...args.matchAll(texts)].map(([, path = '']) => toPath(path))]
      if (touched.some((path) => inFolder(path) !== undefined)) throw new Error(`the trace has a call that is not understood: ${call}(${args.slice(0, 200)})`)
      return []
    }
  }
}

/** Reads what `strace` wrote. @throws for a call on the folder's files that is not understood */
export async function readTrace (file: string, place: Place): Promise<DiskEvent[]> {
  const read = makeReader()
  const events: DiskEvent[] = []
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const call = read(line)
    if (call !== undefined) events.push(...toEvents(call, place))
  }
  return events
}
