import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { toUncounted } from '../support/uncounted.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const witnesses = fileURLToPath(new URL('.', import.meta.url))
const chapter = /^## Point your Graph client here$(.*?)^## /ms.exec(await readFile(join(root, 'README.md'), 'utf8'))?.[1] ?? ''
const blocks = [...chapter.matchAll(/^```(sh)?\n(.*?)^```$/gms)].map(([, language, text = '']) => ({ isShell: language === 'sh', text }))
const shell = blocks.filter(({ isShell }) => isShell).map(({ text }) => text)
const printed = blocks.filter(({ isShell }) => !isShell).map(({ text }) => text)

/** The environment of a fresh shell, apart from where temporary folders are. */
function toEnvironment (folder: string): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  return { PATH, HOME, TMPDIR: folder }
}

t.test('the chapter is made of these blocks', async (t) => {
  t.strictSame(blocks.map(({ isShell }) => isShell), [true, true, true, false, true, false])
  const { devDependencies } = JSON.parse(await readFile(join(witnesses, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> }
  const named = [...chapter.matchAll(/(@microsoft\/[\w-]+)@(\S+)/g)].map(([, name = '', version]) => [name, version] as const)
  t.equal(named.length, 4)
  for (const [name, version] of named) t.equal(devDependencies[name], version, `${name} is the one that is tested`)
})

t.test('it works as pasted', async (t) => {
  // the folder of the project, as far as `npm start` looks at it
  const folder = t.testdir({ temporary: {} })
  for (const name of ['package.json', 'server.ts']) await symlink(join(root, name), join(folder, name))
  const env = toEnvironment(join(folder, 'temporary'))

  const start = shell[0]!.replace('npm ci && ', '')
  t.match(start, /^HTTPS=1 npm start/)
  const server = spawn(...toUncounted('bash', '-c', start), { cwd: folder, env: { ...env, PORT: '0', STORE: 'memory:' }, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const exit = once(server, 'exit')
  t.teardown(async () => {
    // npm and the server below it
    process.kill(-server.pid!, 'SIGKILL')
    await exit
  })
  let output = ''
  server.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
  while (!/^token /m.test(output)) await Promise.race([once(server.stdout, 'data'), exit.then(() => { throw new Error(output) })])
  const port = /^listening on https:\/\/127\.0\.0\.1:(\d+)$/m.exec(output)![1]!
  const here = (text: string) => text.replaceAll('3000', port)

  t.ok(output.includes(`\nexport NODE_EXTRA_CA_CERTS='${folder}/.development-certificate/authority.pem'\n`), 'the server says what the chapter says')
  const snippet = /^Client\.init\(\{ (.*), authProvider \}\)$/m.exec(output)![1]!
  t.ok(here(shell[2]!).replaceAll(/\s+/g, ' ').includes(snippet))

  const trust = shell[1]!
  for (const [index, program] of shell.slice(2).entries()) {
    const script = here(`set -e\n${trust}${program.replace(/^npm install .*$/m, `ln -s '${witnesses}node_modules' node_modules`)}`)
    const { stdout, stderr } = await promisify(execFile)(...toUncounted('bash', '-c', script), { cwd: folder, env, timeout: 30_000 })
    t.strictSame([stdout, stderr], [printed[index], ''])
  }
})
