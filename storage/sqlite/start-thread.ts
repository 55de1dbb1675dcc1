import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ThreadSetup } from './thread-messages.js'

/**
 * Run from its sources, the package needs in the thread what reads TypeScript outside of it, and tsx does not
 * bring itself into threads.
 */
function fromSource (entry: string): string {
  const [program, loader] = [JSON.stringify(entry), JSON.stringify(import.meta.resolve('tsx/esm/api'))]
  return `import(${program}).catch(async (error) => {
    if (!['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_MODULE_NOT_FOUND'].includes(error.code)) throw error
    const { tsImport } = await import(${loader})
    await tsImport(${program}, ${program})
  })`
}

const starts = {
  // what the command line says is for the program: some of it, such as --input-type, keeps a thread from starting
  '.js': (workerData: ThreadSetup) => new Worker(new URL('./read-worker.js', import.meta.url), { workerData, execArgv: [] }),
  '.ts': (workerData: ThreadSetup) => new Worker(fromSource(new URL('./read-worker.ts', import.meta.url).href), { workerData, eval: true })
} as const

/** Starts read-worker.ts, or what was compiled from it. */
export function startThread (setup: ThreadSetup): Worker {
  return starts[extname(import.meta.url) as keyof typeof starts](setup)
}
