import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import openapiTypescript, { astToString } from 'openapi-typescript'
import t from 'tap'
import { toUncounted } from '../support/uncounted.js'
import { fetchToken, startServer } from './support/server.js'

const folder = fileURLToPath(new URL('openapi/', import.meta.url))
const document = new URL('../../docs/openapi.json', import.meta.url)

async function run (...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(...toUncounted(process.execPath, ...args), { cwd: folder, timeout: 100_000 })
    .catch((error: { stdout: string, stderr: string }) => { throw new Error(`${error.stdout}${error.stderr}`) })
  return stdout
}

t.test('openapi-typescript and openapi-fetch', async (t) => {
  await t.test('the types of the document compile with a program that uses them, and refuse its mistakes', async () => {
    await writeFile(`${folder}generated.ts`, astToString(await openapiTypescript(await readFile(document, 'utf8'))))
    await run(fileURLToPath(import.meta.resolve('typescript/bin/tsc')), '-p', folder)
  })

  await t.test('the server answers what they say', async (t) => {
    const url = await startServer(t)
    const said: unknown = JSON.parse(await run('--import', 'tsx', 'program.ts', url, await fetchToken(url)))
    t.strictSame(said, {
      statusesAreExact: true,
      note: [200, 'Completed', 'Percent Complete value', 'Message value'],
      comms: [200, 'Running', 'Client Context value', 4],
      list: [200, ['copy-1'], true, 1],
      refusal: [403, 'accessDenied'],
      absent: [404, 'itemNotFound', true],
      left: 0
    })
  })
})
