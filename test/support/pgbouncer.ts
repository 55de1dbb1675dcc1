import { chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { findProgram } from './engines.js'
import { findFreePort, makeKeeper, serverUser } from './keeper.js'
import type { Ending } from './keeper.js'

export interface PgBouncer {
  /** The URL it was given, through the pooler. */
  readonly url: string
  /** What the pooler printed. */
  log: () => string
}

const program = findProgram('pgbouncer')

/** Why a test that needs the pooler is skipped: the machine has none. `false` where it has one. */
export const noPgBouncer = program === undefined && 'pgbouncer is not installed'

/**
 * Starts PgBouncer in front of a database: each transaction may run on another of its few connections.
 * @throws Error where the machine has no PgBouncer: see `noPgBouncer`
 */
export async function startPgBouncer (t: Ending, url: string, { poolSize = 5, settings = {} }: { poolSize?: number, settings?: Readonly<Record<string, string>> } = {}): Promise<PgBouncer> {
  if (program === undefined) throw new Error('pgbouncer is not installed')
  const keeper = makeKeeper(t)
  const port = await findFreePort()
  const { hostname, port: target, pathname, username } = new URL(url)
  const lines = { listen_addr: '127.0.0.1', listen_port: port, unix_socket_dir: '', auth_type: 'any', pool_mode: 'transaction', default_pool_size: poolSize, max_client_conn: 1_000, ...settings }
  const file = join(keeper.folder, 'pgbouncer.ini')
  writeFileSync(file, `[databases]\n* = host=${hostname} port=${target} user=${username}\n\n[pgbouncer]\n${Object.entries(lines).map(([name, value]) => `${name} = ${value}\n`).join('')}`)
  if (serverUser !== undefined) chownSync(file, serverUser.uid, serverUser.gid)
  const child = keeper.start(program, [file])
  const pooled = `postgres://${username}@127.0.0.1:${port}${pathname}`
  for (;;) {
    const client = new pg.Client({ connectionString: pooled, connectionTimeoutMillis: 10_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.end()
      return { url: pooled, log: keeper.readLog }
    } catch {
      if (child.exitCode !== null) throw new Error(`PgBouncer ended while it started:\n${keeper.readLog()}`)
      await delay(20)
    }
  }
}
