import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { toUncounted } from '../../support/uncounted.js'
import type { Target } from './clients.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

const settingNames = ['HTTPS', 'AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_JWKS_URI', 'LOG_LEVEL', 'NODE_ENV']

/** A server in a process of its own. */
export interface Server extends Target {
  readonly stop: () => Promise<void>
}

async function stop (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** Starts `server.ts` over a store, given as its `STORE`. @throws what the server wrote when it did not start */
export async function startServer (store: string): Promise<Server> {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !settingNames.includes(name)))
  const child = spawn(...toUncounted(process.execPath, '--import', 'tsx', 'server.ts'), {
    cwd: root, env: { ...environment, HOST: '127.0.0.1', PORT: '0', STORE: store }, stdio: ['ignore', 'pipe', 'pipe']
  })
  const log = text(child.stderr)
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
  const exit = once(child, 'exit')
  while (!/^curl .*\n/m.test(output)) {
    await Promise.race([once(child.stdout, 'data'), exit])
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server over ${store} did not start: ${await log}`)
  }
  const find = (pattern: RegExp): string => pattern.exec(output)?.[1] ?? ''
  return {
    url: find(/^listening on (.+)$/m),
    headers: { authorization: `Bearer ${find(/^token (.+)$/m)}` },
    stop: async () => { await stop(child) }
  }
}
