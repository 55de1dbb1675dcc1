import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { compile } from '../../support/compile.js'
import type { Edit } from '../../support/compile.js'
import { toUncounted } from '../../support/uncounted.js'

/** A server that has loaded its program and not touched the store yet. */
export interface ServerProcess {
  /** Opens the store and listens; answers the port. */
  readonly open: () => Promise<number>
  /** As `open`, for one that may be killed meanwhile. */
  readonly beginToOpen: () => Promise<void>
  /** kill -9. @throws when it had ended by itself, with what it said */
  readonly kill: () => Promise<void>
}

export interface Servers {
  /** The next server; another one loads its program from here on. */
  readonly next: () => ServerProcess
  readonly killAll: () => Promise<void>
}

/** A server of a compiled program. */
export function spawnServer (program: string, setting: string): ServerProcess {
  const child = spawn(...toUncounted(process.execPath, program, setting), { stdio: ['pipe', 'pipe', 'pipe'] })
  const exit = once(child, 'exit')
  const complaints = text(child.stderr)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  // a server that is killed before it reads is not there to be told
  child.stdin.on('error', () => undefined)
  const read = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error(`the server ended: ${await complaints}`)
    return value
  }
  const beginToOpen = async (): Promise<void> => {
    await read()
    child.stdin.write('open\n')
  }
  return {
    beginToOpen,
    async open () {
      await beginToOpen()
      return Number((await read()).slice('port '.length))
    },
    async kill () {
      child.kill('SIGKILL')
      const [code, signal] = await exit
      if (signal !== 'SIGKILL') throw new Error(`the server ended by itself, with ${String(code ?? signal)}: ${await complaints}`)
    }
  }
}

/** Servers over one store, one after the other. The program is compiled into the folder. */
export function makeServers (folder: string, setting: string, edits?: readonly Edit[]): Servers {
  const program = compile(folder, 'test/faults/programs/server.ts', edits)
  const living = new Set<ServerProcess>()
  const prepare = (): ServerProcess => {
    const spawned = spawnServer(program, setting)
    const server: ServerProcess = {
      ...spawned,
      async kill () {
        living.delete(server)
        await spawned.kill()
      }
    }
    living.add(server)
    return server
  }
  let spare = prepare()
  return {
    next () {
      const server = spare
      spare = prepare()
      return server
    },
    async killAll () {
      const ends = await Promise.allSettled([...living].map(async (server) => await server.kill()))
      for (const end of ends) if (end.status === 'rejected') throw end.reason as Error
    }
  }
}
