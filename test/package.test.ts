import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import t from 'tap'
import { parse } from 'yaml'
import { nameOf, readLock, toDependenciesPage, toTree } from '../docs/dependencies-page.js'
import { avoided, peers, runtime, server } from '../docs/dependencies.js'
import { conformanceCases } from '../storage/conformance.js'
import { listSources, rooms } from './support/sources.js'
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
    t.ok(['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'sbom.json', 'dist/index.js', 'dist/index.d.ts', 'dist/storage/conformance.d.ts'].every((file) => files.includes(file)))
    t.strictSame(files.filter((file) => /(?:^|\/)(?:test|server|bench|examples|release)(?:\/|\.|$)|dev-(?:issuer|certificate)/.test(file)), [])
    t.match(await readFile(`${shipped}/dist/operations/update.d.ts`, 'utf8'), /@see OData/, 'docs are shipped in the declarations')
    const { dependencies } = JSON.parse(await readFile(`${shipped}/package.json`, 'utf8'))
    t.strictSame(Object.keys(dependencies), Object.keys(runtime))
  })

  await t.test('says what an application gets with it', async (t) => {
    const { bomFormat, metadata: { component }, components } = JSON.parse(await readFile(`${shipped}/sbom.json`, 'utf8'))
    const { version } = JSON.parse(await readFile(`${shipped}/package.json`, 'utf8'))
    t.strictSame([bomFormat, component.name, component.version], ['CycloneDX', 'fastify-graph-operations', version])
    const locked = await readLock()
    t.strictSame(components.map(({ name, version }: Record<string, string>) => `${name} ${version}`).sort(), [...toTree(locked, Object.keys(runtime))].map((place) => `${nameOf(place)} ${locked[place]!.version}`).sort())
    t.notMatch(JSON.stringify(components), /fastify@|tap@|pg@/)
  })

  await writeFile(`${dir}/done`, '')
})

/**
 * The first versions without a vulnerability that is known, one for each major version that is in use; npm audit
 * asks a registry, and not every one answers.
 */
const floors: Readonly<Record<string, readonly string[]>> = {
  // GHSA-3m5p-2c4r-xxw2, GHSA-w2qp-rph6-63g4 and the four of 5.12.2
  fastify: ['5.12.8'],
  // GHSA-83w8-p2f5-377r, GHSA-8pvw-jcv7-9cmj, GHSA-423g-23ch-w7c6
  '@fastify/static': ['10.1.4'],
  '@fastify/swagger-ui': ['6.1.0'],
  // GHSA-pxg6-pf52-xh8x
  cookie: ['1.0.2'],
  'content-disposition': ['2.0.1'],
  // GHSA-c96f-x56v-gq3h
  'find-my-way': ['9.7.0'],
  // GHSA-5jgf-p345-68v8, GHSA-hrr3-gc8f-f4qj and those before
  'fast-uri': ['3.1.8', '4.1.5'],
  jose: ['6.2.0'],
  // GHSA-2g4f-4pwh-qvx6
  ajv: ['6.14.0', '8.18.0'],
  // GHSA-35p6-xmwp-9g52
  undici: ['6.27.0'],
  // GHSA-96hv-2xvq-fx4p
  ws: ['8.21.0'],
  // GHSA-x5fp-wj9c-mxmx, GHSA-4mjr-xmp4-gh2g
  qs: ['6.16.0'],
  // GHSA-v2v4-37r5-5v8g
  'ip-address': ['10.1.1']
}

/** Negative when `a` is before `b`; a prerelease counts as its release. */
function compare (a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(/[-+]/)[0]!.split('.').map(Number)) as [number[], number[]]
  return left.map((number, index) => number - right[index]!).find((difference) => difference !== 0) ?? 0
}

/** Whether a version is at or above the floor of its major version, or of a major version above all floors. */
function isAbove (version: string, lowest: readonly string[]): boolean {
  const major = Number.parseInt(version, 10)
  const floor = lowest.find((one) => Number.parseInt(one, 10) === major)
  return floor === undefined ? lowest.every((one) => Number.parseInt(one, 10) < major) : compare(version, floor) >= 0
}

t.test('no package has a version with a known vulnerability', async (t) => {
  const locked = Object.entries(await readLock()).filter(([place]) => place !== '')
  for (const [name, lowest] of Object.entries(floors)) {
    const versions = locked.filter(([place]) => nameOf(place) === name).map(([, { version }]) => version)
    t.ok(versions.length > 0, `${name} is there; if not, its floor may go`)
    t.strictSame(versions.filter((version) => !isAbove(version, lowest)), [], name)
  }
  // this can fail
  t.strictSame(['3.1.7', '3.1.8', '3.1.9-rc.1', '4.1.4', '4.1.5', '4.2.0', '2.9.9', '5.0.0'].map((version) => isAbove(version, floors['fast-uri']!)), [false, true, true, false, true, true, false, true])
})

t.test('every package that is needed is documented, and what is avoided is nowhere', async (t) => {
  const { dependencies, peerDependencies, devDependencies } = JSON.parse(await readFile('package.json', 'utf8')) as Record<'dependencies' | 'peerDependencies' | 'devDependencies', Record<string, string>>
  t.strictSame(Object.keys(dependencies), Object.keys(runtime))
  t.strictSame(Object.keys(peerDependencies).sort(), Object.keys(peers).sort())
  for (const name of [...Object.keys(peers), ...Object.keys(server)]) t.ok(devDependencies[name], name)
  const page = await readFile('docs/dependencies.md', 'utf8')
  t.equal(page, await toDependenciesPage(), 'the page is current: versions, sizes, licenses')
  const locked = await readLock()
  t.throws(() => toTree(locked, ['nothing']), /nothing is not in package-lock\.json/)
  for (const name of [...Object.keys(runtime), ...Object.keys(peers), ...Object.keys(server)]) t.ok(page.includes(`\n| ${name} ${locked[`node_modules/${name}`]!.version} |`), name)

  const imported = new Set<string>()
  for (const file of await listSources(rooms)) {
    const found = (await readFile(file, 'utf8')).matchAll(/^(?:import|export) (?!type )(?:[^'\n]* from )?'([^']+)'$|import\('([^']+)'\)/gm)
    for (const [, fixed, later] of found) imported.add(/^(?:@[^/]+\/)?[^/]+/.exec((fixed ?? later)!)![0])
  }
  const known = [...Object.keys(runtime), ...Object.keys(peers), ...Object.keys(server)]
  t.strictSame([...imported].filter((name) => !/^(?:\.|node:)/.test(name) && !known.includes(name)), [], 'no source imports another')
  t.ok(Object.keys(runtime).every((name) => imported.has(name)), 'and each of those that are shipped is imported')

  const needed = [...toTree(locked, known)].map(nameOf)
  t.strictSame(needed.filter((name) => name in avoided), [])
  t.strictSame(Object.keys(locked).map(nameOf).filter((name) => name in avoided), [])
})

t.test('the workflows', async (t) => {
  const [ci, publish] = await Promise.all(['ci', 'publish'].map(async (name) => parse(await readFile(`.github/workflows/${name}.yml`, 'utf8'))))
  t.strictSame(ci.permissions, { contents: 'read' })
  t.strictSame(ci.jobs.everything.strategy.matrix.node, [20, 22, 24])
  t.ok(ci.jobs.everything.steps.some(({ run }: { run?: string }) => run === 'bash .ci/run'))

  t.strictSame(publish.on, { push: { tags: ['v*.*.*'] } })
  t.strictSame(publish.permissions, { contents: 'read' })
  t.strictSame(publish.jobs.publish.permissions, { contents: 'read', 'id-token': 'write' })
  const steps = publish.jobs.publish.steps as Array<{ run?: string, uses?: string }>
  const runs = steps.flatMap(({ run }) => run ?? [])
  t.strictSame(runs.slice(-4), ['npm ci', 'npm pkg set repository.type=git repository.url="git+https://github.com/$GITHUB_REPOSITORY.git"', 'npm run release', 'npm publish --provenance --access public'])
  t.ok(runs[0]!.includes('GITHUB_REF_NAME'), 'the tag is the version')
  for (const { uses } of [...steps, ...ci.jobs.everything.steps]) if (uses !== undefined) t.match(uses, /^actions\/[a-z-]+@v\d+$/)
  t.notMatch(await readFile('.github/workflows/publish.yml', 'utf8'), /secrets\./)

  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> }
  const released = scripts['release']!.split(' && ')
  t.strictSame(released, ['npm run lint', 'npm run typecheck', 'npm test', 'npm run build', 'npm run check:package', 'npm run sbom'])
  for (const step of released) t.ok(scripts[step.replace('npm ', '').replace('run ', '')], step)
})
