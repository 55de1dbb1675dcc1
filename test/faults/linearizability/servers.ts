import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { toExit } from '../../support/keeper.js'
import type { Ending } from '../../support/keeper.js'
import { toUncounted } from '../../support/uncounted.js'
import type { Target } from './clients.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Nobody is left to end a server when its parent is gone. */
const endsWithParent = 'data:text/javascript,process.stdin.resume().on("end", () => process.exit())'

const settingNames = ['HTTPS', 'AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_JWKS_URI', 'LOG_LEVEL', 'NODE_ENV']

async function stop (child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await toExit(child)
}

/** Starts `server.ts` in a process of its own, which ends with `ending`. @throws what it wrote when it did not start */
export async function startServer (ending: Ending, store: string): Promise<Target> {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !settingNames.includes(name)))
  const child = spawn(...toUncounted(process.execPath, '--import', endsWithParent, '--import', 'tsx', 'server.ts'), {
    cwd: root, env: { ...environment, HOST: '127.0.0.1', PORT: '0', STORE: store }, stdio: ['pipe', 'pipe', 'pipe']
  })
  ending.teardown(async () => { await stop(child) })
  const complaints = text(child.stderr)
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
  const exit = once(child, 'exit')
  while (!/^curl .*\n/m.test(output)) {
    await Promise.race([once(child.stdout, 'data'), exit])
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server over ${store} ended: ${await complaints}`)
  }
  const find = (pattern: RegExp): string => pattern.exec(output)?.[1] ?? ''
  return { url: find(/^listening on (.+)$/m), headers: { authorization: `Bearer ${find(/^token (.+)$/m)}` } }
}
