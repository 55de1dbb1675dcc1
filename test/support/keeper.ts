import { spawn, execFileSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What ends: a test of tap, or whatever else calls the functions it is given when it is over. */
export interface Ending {
  teardown: (end: () => Promise<void> | void) => unknown
}

export interface User {
  readonly uid: number
  readonly gid: number
}

/** A folder and at most one server at a time that works in it. */
export interface Keeper {
  readonly folder: string
  /** Starts the server; what it prints is added to the file `log` of the folder. */
  start: (command: string, args: readonly string[]) => ChildProcess
  readLog: () => string
}

/*
 * Reads the process id of the server that runs, 0 when none does. When the test is over, or its process is
 * gone, the end of the input is read: the server is ended and its folder removed.
 */
const keep = `
  while read -r line; do pid=$line; done
  if [ "\${pid:-0}" != 0 ]; then
    kill -QUIT "$pid"
    tries=0
    while kill -0 "$pid" && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
    kill -KILL "$pid"
  fi
  # the shared memory of a server that was killed: its id is in the 7th line
  if [ -f "$0/data/postmaster.pid" ]; then ipcrm -m $(sed -n '7s/.* //p' "$0/data/postmaster.pid"); fi
  rm -rf "$0"
`

function idOf (flag: '-u' | '-g', user: string): number {
  return Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
}

function findServerUser (): User | undefined {
  if (process.getuid?.() !== 0) return undefined
  try {
    return { uid: idOf('-u', 'postgres'), gid: idOf('-g', 'postgres') }
  } catch {
    return { uid: idOf('-u', 'nobody'), gid: idOf('-g', 'nobody') }
  }
}

/** Whom servers run as: they refuse to be root. `undefined` is whoever runs the tests. */
export const serverUser = findServerUser()

/** Servers get nothing of the environment of the tests, such as PGHOST or a language. */
export const serverProcess = { env: { PATH: process.env['PATH'], LC_ALL: 'C' }, ...serverUser }

/** Until a child is gone; it does not keep this process alive otherwise. */
export async function toExit (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.ref()
  await once(child, 'exit')
}

/** A keeper, whose folder lives until `t` ends; the server ends with it, even when this process is killed. */
export function makeKeeper (t: Ending): Keeper {
  const folder = mkdtempSync(join(tmpdir(), 'server-of-a-test-'))
  if (serverUser !== undefined) chownSync(folder, serverUser.uid, serverUser.gid)
  const log = join(folder, 'log')
  const keeper = spawn('sh', ['-c', keep, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  keeper.unref()
  ;(keeper.stdin as unknown as { unref: () => void }).unref()
  t.teardown(async () => {
    keeper.stdin.end()
    await toExit(keeper)
  })
  return {
    folder,
    start (command, args) {
      const output = openSync(log, 'a')
      const child = spawn(command, args, { ...serverProcess, cwd: folder, detached: true, stdio: ['ignore', output, output] })
      closeSync(output)
      child.unref()
      if (child.pid !== undefined) keeper.stdin.write(`${child.pid}\n`)
      child.once('exit', () => { if (keeper.stdin.writable) keeper.stdin.write('0\n') })
      return child
    },
    readLog: () => readFileSync(log, 'utf8')
  }
}

/** A port of 127.0.0.1 that nobody listens on, and none of those that outgoing connections get. */
export async function findFreePort (): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
    const server = createServer().listen(port, '127.0.0.1')
    try {
      await once(server, 'listening')
    } catch {
      continue
    }
    server.close()
    await once(server, 'close')
    return port
  }
}
