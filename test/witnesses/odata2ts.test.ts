import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Fastify from 'fastify'
import t from 'tap'
import graphOperations, { memoryStore, recommendedServerOptions } from '../../index.js'
import { toUncounted } from '../support/uncounted.js'

/*
 * odata2ts makes a typed client of $metadata. What it makes of ours compiles, and works against the server
 * it was made from.
 */

const run = promisify(execFile)
const here = dirname(fileURLToPath(import.meta.url))
const { resolve } = createRequire(import.meta.url)

const program = `
import { FetchClient } from '@odata2ts/http-client-fetch'
import type { commsOperation, onenoteOperation, recordOperation } from './client/GraphModel'
import { operationStatus, recordCompletionReason } from './client/GraphModel'
import { GraphService } from './client/GraphService'

const service = new GraphService(new FetchClient(), process.argv[2] as string)

async function useNotes () {
  const site = service.sites('contoso.sharepoint.com,2c712604,f3a1')
  const all = site.onenote().operations()
  const created = (await all.create({ status: operationStatus.Running, percentComplete: '10' })).data as onenoteOperation
  const one = site.onenote().operations(created.id)
  const got: onenoteOperation = (await one.query()).data
  await one.patch({ status: operationStatus.Failed, error: { code: '19999', message: 'it failed' } })
  const { value } = (await all.query()).data
  const patched: onenoteOperation = value[0]!
  await one.delete()
  const left = (await all.query()).data.value.length
  return { path: one.getPath(), created, got, patched, left }
}

async function useCalls () {
  const all = service.communications().calls('57dab8b1').operations()
  const created = (await all.create({ status: operationStatus.NotStarted, clientContext: 'mine', resultInfo: { code: 200, subcode: 0 } })).data as commsOperation
  const code: number | null | undefined = created.resultInfo?.code
  const reason: recordOperation['completionReason'] = recordCompletionReason.stopToneDetected
  const elsewhere = (await service.app().calls('57dab8b1').operations(created.id).query()).data
  return { created, code, reason, elsewhere }
}

async function useMe () {
  const all = service.me().onenote().operations()
  await all.create({ resourceId: 'one' })
  const { value } = (await all.query()).data
  return (await service.me().onenote().operations({ id: value[0]!.id }).query()).data
}

async function main () {
  console.log(JSON.stringify({ notes: await useNotes(), calls: await useCalls(), me: await useMe() }))
}

void main()
`

/** Lines that the types of the client must refuse. */
const mistakes = [
  "service.sites('a').onenote().operations('b').patch({ percentComplete: 40 })",
  "service.sites('a').onenote().operations('b').patch({ status: 'Done' })",
  "service.sites('a').onenote().operations('b').patch({ nothing: '1' })",
  "service.sites('a').calls()"
]

t.test('a client made of $metadata compiles and works', async (t) => {
  const app = Fastify(recommendedServerOptions)
  t.teardown(async () => { await app.close() })
  await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none' })
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/v1.0`
  const compilerOptions = { target: 'es2022', lib: ['es2023', 'dom'], module: 'commonjs', moduleResolution: 'node', strict: true, skipLibCheck: true, outDir: 'out', types: ['node'], typeRoots: [dirname(dirname(resolve('@types/node/package.json')))] }
  const directory = t.testdir({
    'package.json': '{}',
    'tsconfig.json': JSON.stringify({ compilerOptions, include: ['*.ts', 'client'] }),
    'program.ts': program,
    node_modules: t.fixture('symlink', `${here}/node_modules`)
  })
  await writeFile(`${directory}/metadata.xml`, await (await fetch(`${url}/$metadata`)).text())

  const generator = `${here}/node_modules/@odata2ts/odata2ts/lib/run-cli.js`
  const generated = await run(...toUncounted(process.execPath, generator, '-s', 'metadata.xml', '-o', 'client', '-e', 'ts', '-m', 'all', '--service-name', 'Graph'), { cwd: directory })
  t.match(generated.stdout, /Successfully finished/)

  const compile = async () => await run(...toUncounted(process.execPath, resolve('typescript/bin/tsc'), '-p', '.'), { cwd: directory })
  await compile()
  const { stdout } = await run(...toUncounted(process.execPath, 'out/program.js', url), { cwd: directory })
  const { notes, calls, me } = JSON.parse(stdout)
  t.equal(notes.path, `${url}/sites('contoso.sharepoint.com%2C2c712604%2Cf3a1')/onenote/operations('${notes.created.id}')`)
  t.match(notes.created, { '@odata.type': '#microsoft.graph.onenoteOperation', status: 'Running', percentComplete: '10', error: null })
  t.match(notes.got, { ...notes.created, '@odata.context': /\$entity$/ })
  t.match(notes.patched, { id: notes.created.id, status: 'Failed', percentComplete: '10', error: { code: '19999', message: 'it failed' } })
  t.equal(notes.left, 0)
  t.match(calls, { created: { clientContext: 'mine', status: 'NotStarted', resultInfo: { code: 200, subcode: 0, message: null } }, code: 200, reason: 'stopToneDetected' })
  t.equal(calls.elsewhere.id, calls.created.id)
  t.match(me, { resourceId: 'one', status: 'NotStarted' })

  await writeFile(`${directory}/mistakes.ts`, [
    "import { FetchClient } from '@odata2ts/http-client-fetch'",
    "import { GraphService } from './client/GraphService'",
    "const service = new GraphService(new FetchClient(), '')",
    ...mistakes
  ].join('\n'))
  const refused = await compile().then(() => '', ({ stdout }: { stdout: string }) => stdout)
  t.strictSame([...refused.matchAll(/^mistakes\.ts\((\d+)/gm)].map(([, line]) => Number(line)), mistakes.map((_, index) => index + 4), 'and refuses what the types do not have')
})
