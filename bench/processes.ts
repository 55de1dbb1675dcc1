import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Profiler } from 'node:inspector'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Job } from './load/clients.js'
import type { JobResult } from './load/closed-loop.js'
import type { Target } from './load/dialects.js'
import type { Places, Program } from './programs.js'

export const canPin = availableParallelism() > 1 && process.platform === 'linux'

/** Cores for what is measured, and for what is not. */
export const cores = { server: 0, load: 1 } as const

/** A command that runs something on one core, where the system can do that. */
export function toPinned (core: number, command: string, ...args: readonly string[]): [command: string, args: string[]] {
  return canPin ? ['taskset', ['-c', String(core), command, ...args]] : [command, [...args]]
}

const folder = fileURLToPath(new URL('.', import.meta.url))

function start (core: number, args: readonly string[]): ChildProcess {
  return spawn(...toPinned(core, process.execPath, ...args), { cwd: folder, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

async function stop (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** The next message of a process. @throws when it ends instead */
async function receive (child: ChildProcess, what: string): Promise<unknown> {
  const controller = new AbortController()
  try {
    return await Promise.race([
      once(child, 'message', { signal: controller.signal }).then(([message]: unknown[]) => message),
      once(child, 'exit', { signal: controller.signal }).then(() => { throw new Error(`${what} ended`) })
    ])
  } finally {
    controller.abort()
  }
}

async function ask (child: ChildProcess, message: object | string, what: string): Promise<unknown> {
  const answer = receive(child, what)
  child.send(message)
  return await answer
}

/** What a process has used since it began. */
export interface Usage {
  /** Of all its threads. Microseconds. */
  readonly cpu: NodeJS.CpuUsage
  /** Bytes. */
  readonly memory: NodeJS.MemoryUsage
}

export interface Running {
  readonly program: Program
  readonly target: Target
  /** When its process was asked for. Milliseconds since 1970. */
  readonly spawnedAt: number
  readonly use: () => Promise<Usage>
  /** What it holds when its garbage is gone; `--expose-gc` must be one of its flags. */
  readonly collect: () => Promise<NodeJS.MemoryUsage>
  /** For how long its event loop was held at most while a job is done. Milliseconds. */
  readonly watch: <T>(job: () => Promise<T>) => Promise<{ result: T, longestBlock: number }>
  /** Where its time goes while a job is done. */
  readonly profile: (job: () => Promise<unknown>) => Promise<Profiler.Profile>
  readonly stop: () => Promise<void>
}

/** Starts a program on the core of what is measured. */
export async function startProgram (program: Program, places: Places, flags: readonly string[] = []): Promise<Running> {
  const args = await program.toArguments?.(places) ?? []
  const spawnedAt = performance.timeOrigin + performance.now()
  const child = start(cores.server, [...flags, `programs/${program.file}`, ...args])
  const target = await receive(child, program.name) as Target
  return {
    program,
    target,
    spawnedAt,
    use: async () => await ask(child, 'use', program.name) as Usage,
    collect: async () => await ask(child, 'collect', program.name) as NodeJS.MemoryUsage,
    watch: async (job) => {
      await ask(child, 'beginWatch', program.name)
      const result = await job()
      return { result, longestBlock: await ask(child, 'endWatch', program.name) as number }
    },
    profile: async (job) => {
      await ask(child, 'beginProfile', program.name)
      await job()
      return await ask(child, 'endProfile', program.name) as Profiler.Profile
    },
    stop: async () => { await stop(child) }
  }
}

/** Runs a file of `programs/` on the core of what is measured, and gives what it says before it ends. */
export async function runProgram (file: string, args: readonly string[], flags: readonly string[] = []): Promise<unknown> {
  const child = start(cores.server, [...flags, `programs/${file}`, ...args])
  const ended = once(child, 'exit')
  const said = await receive(child, file)
  await ended
  return said
}

export interface Clients {
  readonly run: (job: Job) => Promise<JobResult>
  /** Reads back what was written. */
  readonly check: (job: Job) => Promise<JobResult>
  readonly stop: () => Promise<void>
}

/** Starts a file of `load/` on the other core; what it answers to a message. */
export function startLoad (file: string): { ask: (message: object) => Promise<unknown>, stop: () => Promise<void> } {
  const child = start(cores.load, ['--import', 'tsx', `load/${file}`])
  return { ask: async (message) => await ask(child, message, 'the load'), stop: async () => { await stop(child) } }
}

/** Starts the clients of all programs. */
export function startClients (): Clients {
  const load = startLoad('clients.ts')
  const send = async (job: Job, isCheck: boolean): Promise<JobResult> => await load.ask({ job, isCheck }) as JobResult
  return { run: async (job) => await send(job, false), check: async (job) => await send(job, true), stop: load.stop }
}
