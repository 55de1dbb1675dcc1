import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { BackupSetup } from './backup.js'
import type { ThreadSetup } from './thread-messages.js'

/**
 * Run from its sources, the package needs in the thread what reads TypeScript outside of it, and tsx does not
 * bring itself into threads.
 */
function fromSource (entry: string): string {
  const [program, loader] = [JSON.stringify(new URL(entry, import.meta.url).href), JSON.stringify(import.meta.resolve('tsx/esm/api'))]
  return `import(${program}).catch(async (error) => {
    if (!['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_MODULE_NOT_FOUND'].includes(error.code)) throw error
    const { tsImport } = await import(${loader})
    await tsImport(${program}, ${program})
  })`
}

const start = {
  // what the command line says is for the program: some of it, such as --input-type, keeps a thread from starting
  '.js': {
    read: (workerData: unknown) => new Worker(new URL('./read-worker.js', import.meta.url), { workerData, execArgv: [] }),
    backup: (workerData: unknown) => new Worker(new URL('./backup-worker.js', import.meta.url), { workerData, execArgv: [] })
  },
  '.ts': {
    read: (workerData: unknown) => new Worker(fromSource('./read-worker.ts'), { workerData, eval: true }),
    backup: (workerData: unknown) => new Worker(fromSource('./backup-worker.ts'), { workerData, eval: true })
  }
} as const

/** Starts a program of this folder, or what was compiled from it. */
export function startThread (program: 'read', setup: ThreadSetup): Worker
export function startThread (program: 'backup', setup: BackupSetup): Worker
export function startThread (program: 'read' | 'backup', setup: unknown): Worker {
  return start[extname(import.meta.url) as keyof typeof start][program](setup)
}
