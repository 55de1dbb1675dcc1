import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPostgres } from '../test/support/postgres.js'
import type { Clients, Running } from './processes.js'
import { canPin, cores, startClients, startProgram } from './processes.js'
import type { Places, Program } from './programs.js'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Says on stderr what goes on; stdout has the results. */
export function log (line: string): void {
  process.stderr.write(`${line}\n`)
}

/** The programs of a run, and their clients. */
export interface Setting {
  readonly servers: readonly Running[]
  readonly clients: Clients
}

/** Builds this package, starts the programs and a PostgreSQL for them, and ends all of them after the job. */
export async function runIn (programs: readonly Program[], job: (setting: Setting) => Promise<void>): Promise<void> {
  const ends: Array<() => Promise<void> | void> = []
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  ends.push(() => { rmSync(folder, { recursive: true }) })
  try {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
    const postgres = await startPostgres({ teardown: (end) => ends.push(end) })
    const [postmaster = ''] = readFileSync(join(postgres.folder, 'postmaster.pid'), 'utf8').split('\n')
    // its backends are its children
    if (canPin) execFileSync('taskset', ['-apc', String(cores.load), postmaster], { stdio: 'ignore' })
    const clients = startClients()
    ends.push(clients.stop)
    const servers: Running[] = []
    const places: Places = { dist: join(root, 'dist'), makeFolder: () => mkdtempSync(join(folder, 'store-')), makeDatabase: postgres.makeDatabase }
    for (const program of programs) {
      const server = await startProgram(program, places)
      ends.push(server.stop)
      servers.push(server)
    }
    await job({ servers, clients })
  } finally {
    for (const end of ends.reverse()) await end()
  }
}
