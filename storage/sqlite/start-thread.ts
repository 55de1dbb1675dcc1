import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { BackupSetup } from './backup.js'
import type { ThreadSetup } from './thread-messages.js'

/** What reads TypeScript, where this is TypeScript; resolved before anything else may wait for what resolves it. */
const tsx = import.meta.url.endsWith('.ts') && import.meta.resolve('tsx/esm/api')

/**
 * Run from its sources, the package needs in the thread what reads TypeScript outside of it: the loaders that the
 * command line names, and nothing else of it. tsx does not bring itself into threads on Node 20.
 */
function startSource (file: string, workerData: unknown): Worker {
  const program = JSON.stringify(new URL(file, import.meta.url))
  const code = `await import(${program}).catch(async (error) => {
    if (!['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_MODULE_NOT_FOUND'].includes(error.code)) throw error
    const { tsImport } = await import(${JSON.stringify(tsx)})
    await tsImport(${program}, ${program})
  })`
  const loaders = Array.from(process.execArgv.join('\0').matchAll(/--import[=\0]([^\0]+)/g), ([, module]) => `--import=${module as string}`)
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData, execArgv: loaders })
}

/** How a program is started, by the extension that this file has. */
export const start = {
  // what the command line says is for the program: some of it, such as --input-type, keeps a thread from starting
  '.js': {
    read: (workerData: unknown) => new Worker(new URL('./read-worker.js', import.meta.url), { workerData, execArgv: [] }),
    backup: (workerData: unknown) => new Worker(new URL('./backup-worker.js', import.meta.url), { workerData, execArgv: [] })
  },
  '.ts': {
    read: (workerData: unknown) => startSource('./read-worker.ts', workerData),
    backup: (workerData: unknown) => startSource('./backup-worker.ts', workerData)
  }
} as const

/** Starts a program of this folder, or what was compiled from it. */
export function startThread (program: 'read', setup: ThreadSetup): Worker
export function startThread (program: 'backup', setup: BackupSetup): Worker
export function startThread (program: 'read' | 'backup', setup: unknown): Worker {
  return start[extname(import.meta.url) as keyof typeof start][program](setup)
}
