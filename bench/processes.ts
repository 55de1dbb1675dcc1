import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Profiler } from 'node:inspector'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Job, JobResult } from './load/clients.js'
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
  readonly use: () => Promise<Usage>
  /** Where its time goes while a job is done. */
  readonly profile: (job: () => Promise<unknown>) => Promise<Profiler.Profile>
  readonly stop: () => Promise<void>
}

/** Starts a program on the core of what is measured. */
export async function startProgram (program: Program, places: Places, flags: readonly string[] = []): Promise<Running> {
  const args = await program.toArguments?.(places) ?? []
  const child = start(cores.server, [...flags, `programs/${program.file}`, ...args])
  const target = await receive(child, program.name) as Target
  return {
    program,
    target,
    use: async () => await ask(child, 'use', program.name) as Usage,
    profile: async (job) => {
      await ask(child, 'beginProfile', program.name)
      await job()
      return await ask(child, 'endProfile', program.name) as Profiler.Profile
    },
    stop: async () => { await stop(child) }
  }
}

export interface Clients {
  readonly run: (job: Job) => Promise<JobResult>
  /** Reads back what was written. */
  readonly check: (job: Job) => Promise<JobResult>
  readonly stop: () => Promise<void>
}

/** Starts the clients of all programs on the other core. */
export function startClients (): Clients {
  const child = start(cores.load, ['--import', 'tsx', 'load/clients.ts'])
  const send = async (job: Job, isCheck: boolean): Promise<JobResult> => await ask(child, { job, isCheck }, 'the load') as JobResult
  return {
    run: async (job) => await send(job, false),
    check: async (job) => await send(job, true),
    stop: async () => { await stop(child) }
  }
}
