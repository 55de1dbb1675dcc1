import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import t from 'tap'
import { conformanceCases } from '../storage/conformance.js'
import { toUncounted } from './support/uncounted.js'

/*
 * What is shipped: the packed tarball, imported by a program that has nothing of this tree but its
 * dependencies, and type-checked by one that uses every typed door.
 */

const execute = promisify(execFile)

/** Runs a program outside the coverage of this test. */
async function run (cwd: string, file: string, ...args: string[]): Promise<string> {
  const { stdout } = await execute(...toUncounted(file, ...args), { cwd }).catch((error: { stdout: string, stderr: string }) => {
    throw new Error(`${file} ${args.join(' ')}\n${error.stdout}\n${error.stderr}`)
  })
  return stdout
}

const program = `
import Fastify from 'fastify'
import graphOperations, { backupSqlite, graphOperations as named, memoryStore, sqliteStore } from 'fastify-graph-operations'
import { conformanceCases } from 'fastify-graph-operations/storage/conformance'
import { metricsPlugin } from 'fastify-graph-operations/metrics'
import { everything, toTotalOrder } from 'fastify-graph-operations/storage/query'
if (named !== graphOperations) throw new Error('two plugins')
const app = Fastify()
await app.register(graphOperations, { prefix: '/v1.0', store: process.argv[2] ? await sqliteStore({ file: process.argv[2] }) : memoryStore(), auth: 'none' })
await app.register(metricsPlugin)
const url = '/v1.0/communications/calls/57/operations'
await app.inject({ method: 'POST', url, payload: {} })
const { statusCode, body } = await app.inject({ method: 'PATCH', url, payload: { status: 'running' } })
const imports = { tenant: 't', owner: 'sites/imports' }
const records = Array.from({ length: 1_100 }, (_, n) => ({ id: String(n), type: 'x', created: '2026-01-01T00:00:00.0000000Z', lastAction: '', status: -1, text: '{}' }))
await app.operationStore.commit(imports, records.map((record) => ({ kind: 'insert', record })))
const counted = app.operationStore.count(imports)
if (await counted !== 1_100 || (process.argv[2] !== undefined) !== counted instanceof Promise) throw new Error('the thread of long reads')
if (process.argv[2]) await backupSqlite({ file: process.argv[2], target: process.argv[2] + '.copy' })
console.log(statusCode, JSON.parse(body).status, conformanceCases.length > 10 && toTotalOrder(everything).length === 2)
if (!/^graph_operations_statuses_total\\{.*"Running"\\} 1$/m.test((await app.inject('/metrics')).body)) throw new Error('the metrics')
await app.close()
`

const typed = `
import Fastify from 'fastify'
import type { FastifyRequest } from 'fastify'
import graphOperations, { extend, int32, jwtAuth, memoryStore, nullable, Operation, text } from 'fastify-graph-operations'
import type { CommsOperation, Create, OnenoteOperation, OperationStore, Principal, Update } from 'fastify-graph-operations'
import { metricsPlugin } from 'fastify-graph-operations/metrics'
import { storeConformance } from 'fastify-graph-operations/storage/conformance'
import type { Scanner } from 'fastify-graph-operations/storage/query'

declare module 'fastify-graph-operations' {
  interface Principal { readonly department?: string }
}

const ImportOperation = extend(Operation, 'contoso.importOperation', { fileName: text('The file.'), rows: nullable(int32('Rows.')) }, { description: 'An import.' })
type ImportOperation = import('@sinclair/typebox').Static<typeof ImportOperation>

const app = Fastify()
const store: OperationStore = memoryStore()
await app.register(graphOperations, {
  prefix: '/v1.0',
  store,
  auth: async (request: FastifyRequest): Promise<Principal> => ({ tenant: request.hostname, subject: 'me', scopes: [], department: 'sales' }),
  authorize: (principal, action, collection, owner) => principal.department === 'sales' && action !== 'remove' && collection.path !== owner
})
await app.register(graphOperations, { prefix: '/beta', auth: jwtAuth({ issuer: 'i', audience: 'a', jwksUri: 'https://i.example/keys' }) })
await app.register(metricsPlugin)
app.addHook('onRequest', async (request) => { const subject: string | undefined = request.operationsPrincipal?.subject; void subject })

const key = { tenant: 't', owner: 'sites/1', id: 'a' }
const updated = await app.operations.update<OnenoteOperation>(key, { status: 'Running', error: { code: '1' } })
const status: 'NotStarted' | 'Running' | 'Completed' | 'Failed' | null = updated.value.status
const patch: Update<CommsOperation> = { resultInfo: { code: 200 } }
const create: Create<CommsOperation> = { resultInfo: { code: 200, subcode: 0 } }
const own: ImportOperation = { '@odata.type': '', id: 'a', createdDateTime: null, lastActionDateTime: null, status: null, fileName: 'a', rows: 5 }
await app.operationStore.count(key)
storeConformance({ test: (_name, run) => run(), makeStore: () => memoryStore() })
declare const scanner: Scanner
void [status, patch, create, own, scanner]

// @ts-expect-error a status is one of four
await app.operations.update<OnenoteOperation>(key, { status: 'Stopped' })
// @ts-expect-error a misspelt member
await app.operations.update<OnenoteOperation>(key, { percentComplet: '5' })
// @ts-expect-error inside a create's complex value what may not be null is needed
const incomplete: Create<CommsOperation> = { resultInfo: { code: 200 } }
// @ts-expect-error auth is required
await app.register(graphOperations, { prefix: '/x' })
// @ts-expect-error rows is a number
const wrong: ImportOperation = { ...own, rows: '5' }
void [incomplete, wrong]
`

const tsconfig = { compilerOptions: { target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext', strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true, types: ['node'] }, files: ['typed.ts'] }

t.test('the packed tarball', async (t) => {
  const dir = t.testdir({ 'package.json': '{"type":"module"}', 'program.js': program, 'typed.ts': typed, 'tsconfig.json': JSON.stringify(tsconfig) })
  const root = process.cwd()
  await run(root, 'npm', 'pack', '--silent', '--pack-destination', dir)
  const [tarball = ''] = (await readdir(dir)).filter((name) => name.endsWith('.tgz'))
  await mkdir(`${dir}/node_modules`)
  await run(dir, 'tar', '-xzf', tarball)
  await rename(`${dir}/package`, `${dir}/node_modules/fastify-graph-operations`)
  const shipped = `${dir}/node_modules/fastify-graph-operations`

  await t.test('is imported and works on both stores', async (t) => {
    t.equal(await run(dir, process.execPath, 'program.js'), '200 Running true\n')
    t.equal(await run(dir, process.execPath, 'program.js', `${dir}/a.db`), '200 Running true\n')
  })

  await t.test('has what the author of a store needs: docs/stores.md works as pasted', async (t) => {
    const page = await readFile(`${root}/docs/stores.md`, 'utf8')
    const blocks = [...page.matchAll(/^```js\n\/\/ (\S+)\n(.*?)^```$/gms)]
    t.strictSame(blocks.map(([, name]) => name), ['my-store.js', 'my-store.test.js'])
    for (const [, name = '', text = ''] of blocks) await writeFile(`${dir}/${name}`, text)
    const [, command = ''] = /^```sh\nnpm install [^\n]*\n(node --test [^\n]*)\n```$/ms.exec(page) ?? []
    const output = await run(dir, 'bash', '-c', command)
    t.match(output, new RegExp(`^# pass ${conformanceCases.length}$`, 'm'))
    t.match(output, /^# fail 0$/m)
    t.match(output, /limits: what no index serves is read up to 10,000 records \\?# SKIP it reads everything/, 'a skip names its case and reason')
  })

  await t.test('gives full types', async (t) => {
    t.equal(await run(dir, process.execPath, `${root}/node_modules/typescript/bin/tsc`, '-p', '.'), '')
  })

  await t.test('has what it needs and no more', async (t) => {
    const files = await readdir(shipped, { recursive: true })
    t.ok(['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'dist/index.js', 'dist/index.d.ts', 'dist/storage/conformance.d.ts'].every((file) => files.includes(file)))
    t.strictSame(files.filter((file) => /(?:^|\/)(?:test|server|bench|examples)(?:\/|\.|$)|dev-(?:issuer|certificate)/.test(file)), [])
    t.match(await readFile(`${shipped}/dist/operations/update.d.ts`, 'utf8'), /@see OData/, 'docs are shipped in the declarations')
    const { dependencies } = JSON.parse(await readFile(`${shipped}/package.json`, 'utf8'))
    t.strictSame(Object.keys(dependencies), ['@fastify/error', '@sinclair/typebox', 'ajv', 'fastify-plugin', 'jose'])
  })

  await writeFile(`${dir}/done`, '')
})
