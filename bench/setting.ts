import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPostgres } from '../test/support/postgres.js'
import type { Postgres, Settings } from '../test/support/postgres.js'
import type { Clients, Running } from './processes.js'
import { canPin, cores, startClients, startProgram } from './processes.js'
import type { Places, Program } from './programs.js'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Says on stderr what goes on; stdout has the results. */
export function log (line: string): void {
  process.stderr.write(`${line}\n`)
}

/** What programs of a run need. */
export interface Ground {
  readonly places: Places
  readonly postgres: Postgres
  /** Has something ended when the job is over, whatever comes of it. */
  readonly atEnd: (end: () => Promise<void> | void) => void
}

/** Builds this package and starts a PostgreSQL for a job, and ends what was started after it, the last first. */
export async function runOn (settings: Settings, job: (ground: Ground) => Promise<void>): Promise<void> {
  const ends: Array<() => Promise<void> | void> = []
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  ends.push(() => { rmSync(folder, { recursive: true }) })
  try {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
    const postgres = await startPostgres({ teardown: (end) => ends.push(end) }, { settings })
    const [postmaster = ''] = readFileSync(join(postgres.folder, 'postmaster.pid'), 'utf8').split('\n')
    // its backends are its children
    if (canPin) execFileSync('taskset', ['-apc', String(cores.load), postmaster], { stdio: 'ignore' })
    const places: Places = { dist: join(root, 'dist'), makeFolder: () => mkdtempSync(join(folder, 'store-')), makeDatabase: postgres.makeDatabase }
    await job({ places, postgres, atEnd: (end) => ends.push(end) })
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

/** Programs that run at the same time, and their clients. */
export interface Setting {
  readonly servers: readonly Running[]
  readonly clients: Clients
}

/** Starts programs and their clients for a job, and ends them after it. */
export async function runTogether (places: Places, programs: readonly Program[], job: (setting: Setting) => Promise<void>): Promise<void> {
  const clients = startClients()
  const servers: Running[] = []
  try {
    for (const program of programs) servers.push(await startProgram(program, places))
    await job({ servers, clients })
  } finally {
    for (const { stop } of [...servers, clients]) await stop()
  }
}
