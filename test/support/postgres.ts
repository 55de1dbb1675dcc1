import { execFileSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { getEngine } from './engines.js'
import type { Engine } from './engines.js'
import { findFreePort, makeKeeper, serverProcess, toExit } from './keeper.js'
import type { Ending, Keeper } from './keeper.js'

/** `smart` waits for clients to leave, `fast` rolls back and writes everything, `immediate` writes nothing more. */
export type StopMode = 'smart' | 'fast' | 'immediate'
const signals = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const

export type Settings = Readonly<Record<string, string>>

/** A PostgreSQL server on 127.0.0.1. Its user is `postgres`, without a password. */
export interface Postgres {
  /** Of the database `postgres`. */
  readonly url: string
  readonly port: number
  /** The major version. */
  readonly version: number
  /** The data folder. */
  readonly folder: string
  /** Starts the server again after `stop` or `kill`, with what it had; settings are added. */
  start: (settings?: Settings) => Promise<void>
  stop: (mode?: StopMode) => Promise<void>
  restart: (mode?: StopMode, settings?: Settings) => Promise<void>
  /** SIGKILL of the server and of all its children at once. */
  kill: () => Promise<void>
  /** One statement on a connection of its own; the rows. */
  query: (sql: string, params?: readonly unknown[], url?: string) => Promise<any[]>
  /** Creates an empty database; its URL. */
  makeDatabase: () => Promise<string>
  /** What the server printed since it was started first. */
  log: () => string
}

/** Quick to start and small; what matters for durability is as PostgreSQL has it. */
const usual: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '32MB',
  // in the data folder, so that a killed server leaves nothing behind
  dynamic_shared_memory_type: 'mmap'
}

const runs = (child: ChildProcess | undefined): child is ChildProcess => child !== undefined && child.exitCode === null && child.signalCode === null

async function connect (url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  // a server that is killed breaks the connection between two statements
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function query (url: string, sql: string, params: readonly unknown[] = []): Promise<any[]> {
  const client = await connect(url)
  try {
    return (await client.query(sql, [...params])).rows
  } finally {
    await client.end()
  }
}

/** The processes of the machine that are not dead. */
function listProcesses (): Array<{ pid: number, parent: number }> {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' }).trim().split('\n')
  return table.map((line) => line.trim().split(/\s+/)).flatMap(([pid, parent, state]) => state?.startsWith('Z') === true ? [] : { pid: Number(pid), parent: Number(parent) })
}

function send (pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it is gone
  }
}

function writeSettings (folder: string, settings: Settings): void {
  appendFileSync(join(folder, 'postgresql.auto.conf'), Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`).join(''))
}

function run (command: string, args: readonly string[]): void {
  execFileSync(command, args, { ...serverProcess, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
}

/**
 * Databases that order text as a language does unless a statement says otherwise: where the store means bytes
 * it must say so.
 */
function initialize (engine: Engine, folder: string): void {
  run(engine.initdb, ['-D', folder, '-U', 'postgres', '-A', 'trust', '--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US', '--no-sync'])
}

/** A server of a data folder, not started yet. */
function makeServer (keeper: Keeper, engine: Engine, port: number): Postgres {
  const folder = join(keeper.folder, 'data')
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  let child: ChildProcess | undefined
  let databases = 0

  const server: Postgres = {
    url,
    port,
    version: engine.version,
    folder,
    async start (settings = {}) {
      writeSettings(folder, settings)
      const started = child = keeper.start(engine.postgres, ['-D', folder, '-p', String(port)])
      for (;;) {
        if (!runs(started)) throw new Error(`PostgreSQL ${engine.version} ended while it started:\n${keeper.readLog()}`)
        try {
          await query(url, 'SELECT 1')
          return
        } catch {
          await delay(20)
        }
      }
    },
    async stop (mode = 'fast') {
      if (!runs(child)) return
      child.kill(signals[mode])
      await toExit(child)
    },
    async restart (mode, settings) {
      await server.stop(mode)
      await server.start(settings)
    },
    async kill () {
      if (!runs(child)) return
      const pid = child.pid!
      // so that it starts no more of them
      child.kill('SIGSTOP')
      const ids = [pid, ...listProcesses().flatMap((each) => each.parent === pid ? each.pid : [])]
      for (const id of ids) send(id, 'SIGKILL')
      await toExit(child)
      // a server does not start beside what is left of another one
      while (listProcesses().some((each) => ids.includes(each.pid))) await delay(10)
    },
    query: async (sql, params, of = url) => await query(of, sql, params),
    async makeDatabase () {
      const name = `database_${++databases}`
      await query(url, `CREATE DATABASE ${name}`)
      return url.replace(/[^/]*$/, name)
    },
    log: keeper.readLog
  }
  return server
}

/** Starts a server with an empty data folder, gone when `t` ends. @throws Error with its log when it does not start */
export async function startPostgres (t: Ending, { version, settings = {} }: { version?: number, settings?: Settings } = {}): Promise<Postgres> {
  const engine = getEngine(version)
  const keeper = makeKeeper(t)
  const server = makeServer(keeper, engine, await findFreePort())
  initialize(engine, server.folder)
  await server.start({ ...usual, ...settings })
  return server
}

/** A primary, and a standby that has each commit on its disk before the primary acknowledges it. */
export interface Pair {
  readonly primary: Postgres
  readonly standby: Postgres
  /** Makes the standby a server of its own that takes writes. The primary is not stopped by this. */
  promote: () => Promise<void>
  /** After `promote`: both change their places. What the former primary has is replaced by what the new one has. */
  swap: () => Promise<void>
}

/** Starts a primary and a standby of it, synchronous unless told otherwise. */
export async function startPair (t: Ending, { version, settings = {}, isSynchronous = true }: { version?: number, settings?: Settings, isSynchronous?: boolean } = {}): Promise<Pair> {
  const engine = getEngine(version)
  let primary = makeServer(makeKeeper(t), engine, await findFreePort())
  let standby = makeServer(makeKeeper(t), engine, await findFreePort())

  const join = async (): Promise<void> => {
    // a copy of a folder that no server uses is a base backup
    run('rm', ['-rf', standby.folder])
    run('cp', ['-R', primary.folder, standby.folder])
    run('chmod', ['700', standby.folder])
    run('touch', [`${standby.folder}/standby.signal`])
    await primary.start({ ...usual, ...settings, synchronous_standby_names: isSynchronous ? 'standby' : '', synchronous_commit: 'on' })
    // once promoted it has nobody to wait for
    await standby.start({ ...usual, ...settings, synchronous_standby_names: '', primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres application_name=standby` })
    while ((await primary.query('SELECT 1 FROM pg_stat_replication WHERE sync_state = $1', [isSynchronous ? 'sync' : 'async'])).length === 0) await delay(20)
  }

  initialize(engine, primary.folder)
  await join()
  return {
    get primary () { return primary },
    get standby () { return standby },
    async promote () {
      await standby.query('SELECT pg_promote()')
    },
    async swap () {
      await primary.kill()
      await standby.stop()
      ;[primary, standby] = [standby, primary]
      await join()
    }
  }
}
