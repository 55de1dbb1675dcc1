import { execFile, spawn, spawnSync } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { createPrivateKey, createPublicKey, webcrypto, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer as createSecureServer, request as requestSecurely } from 'node:https'
import type { ServerOptions } from 'node:https'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { InjectOptions } from 'light-my-request'
import { OAuth2Server } from 'oauth2-mock-server'
import t from 'tap'
import type { Test } from 'tap'
import { makeDevelopmentCertificate } from '../plugins/dev-certificate.js'
import { createServer } from '../server.js'
import { compile } from './support/compile.js'
import { startPostgres } from './support/postgres.js'
import { startProxy } from './support/proxy.js'
import { toUncounted } from './support/uncounted.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const calls = '/communications/calls/57dab8b1/operations'
const ids = ['request-id', 'client-request-id']

type Environment = Record<string, string>

const settingNames = ['HOST', 'PORT', 'HTTPS', 'STORE', 'AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_JWKS_URI', 'LOG_LEVEL', 'METRICS', 'NODE_ENV']

/** The environment of the tests, without what would be settings of the server. */
function toEnvironment (settings: Environment): NodeJS.ProcessEnv {
  const environment = { ...process.env }
  for (const name of settingNames) Reflect.deleteProperty(environment, name)
  return { ...environment, ...settings }
}

const compiled = compile(t.testdir(), 'server.ts')

/**
 * The server as another process runs it: quickly, or counted in the coverage. What two loaders made of one source
 * cannot be added up, so that a counted one takes the loader of this process, which may be a slow one.
 */
function toLaunch (isCounted: boolean): [file: string, args: string[]] {
  return isCounted ? [process.execPath, [...process.execArgv, join(root, 'server.ts')]] : toUncounted(process.execPath, compiled)
}

/** The server in a process of its own; it does not outlive the test. */
function spawnServer (t: Test, settings: Environment, isCounted = false, cwd = root): ChildProcessByStdio<null, Readable, Readable> {
  const child = spawn(...toLaunch(isCounted), { cwd, env: toEnvironment(settings), stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000, killSignal: 'SIGKILL' })
  t.teardown(() => { child.kill('SIGKILL') })
  return child
}

interface Running {
  readonly url: string
  readonly token: string
  readonly curl: string
  readonly output: string
  readonly signal: (name: NodeJS.Signals) => void
  /** Exit code and signal. */
  readonly exit: Promise<unknown[]>
  /** What it has written on stderr when it is over. */
  readonly log: Promise<string>
}

async function start (t: Test, settings: Environment, isCounted = false, cwd = root): Promise<Running> {
  const child = spawnServer(t, { PORT: '0', ...settings }, isCounted, cwd)
  const exit = once(child, 'exit')
  const log = text(child.stderr)
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
  while (!/^curl .*$\n/m.test(output)) {
    if (child.exitCode !== null) throw new Error(await log)
    await Promise.race([once(child.stdout, 'data'), exit])
  }
  const find = (pattern: RegExp): string => pattern.exec(output)?.[1] ?? ''
  return {
    url: find(/^listening on (.+)$/m), token: find(/^token (.+)$/m), curl: find(/^(curl .+)$/m), output, exit, log, signal: (name) => { child.kill(name) }
  }
}

/** A server in this process that only answers `inject`. */
async function make (t: Test, settings: Environment = {}): Promise<Awaited<ReturnType<typeof createServer>>> {
  const server = await createServer({ STORE: 'memory:', LOG_LEVEL: 'silent', ...settings })
  t.teardown(async () => { await server.app.close() })
  await server.app.ready()
  return server
}

/** A request whose body comes later. */
async function postSlowly (url: string, token: string): Promise<{ end: (body: string) => void, answer: Promise<IncomingMessage> }> {
  const slow: ClientRequest = request(url, {
    method: 'POST', agent: new Agent({ keepAlive: true }), headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', expect: '100-continue' }
  })
  const answer = once(slow, 'response').then(([response]: IncomingMessage[]) => response as IncomingMessage)
  slow.flushHeaders()
  await once(slow, 'continue')
  return { end: (body) => { slow.end(body) }, answer }
}

const send = async (url: string, token: string, method = 'GET', body?: object): Promise<Response> => await fetch(url, {
  method, headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) })
})

const withoutCurl = spawnSync('curl', ['--version']).status === 0 && spawnSync('bash', ['-c', ':']).status === 0 ? false : 'there is no curl'

// a test that ends beside one of these would take it out of its folder
await t.test('its defaults are a file in the folder it runs in, and port 3000 of this machine', async (t) => {
  const dir = t.testdir()
  t.chdir(dir)
  const { app, host, port, issuer } = await createServer({})
  t.strictSame([host, port], ['127.0.0.1', 3000])
  t.ok(issuer)
  t.ok(existsSync(join(dir, 'operations.db')))
  t.equal(app.log.level, 'warn')
  await app.close()
})

await t.test('the development certificate', async (t) => {
  const dir = t.testdir()
  t.chdir(dir)
  const folder = join(dir, '.development-certificate')
  const { app, certificate } = await make(t, { HTTPS: '1', NODE_ENV: 'test' })
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const ca = readFileSync(join(folder, 'authority.pem'), 'utf8')
  const verifies = (leaf: string, authority: string) => new X509Certificate(leaf).verify(new X509Certificate(authority).publicKey)

  await t.test('is for this machine, and for a year', async (t) => {
    t.equal(certificate?.file, join(folder, 'authority.pem'))
    for (const host of ['localhost', '127.0.0.1']) t.equal((await askSecurely(`https://${host}:${port}/livez`, ca)).body, 'ok', host)
    await t.rejects(askSecurely(`https://localhost:${port}/livez`, readFileSync(join(root, 'LICENSE'), 'utf8')), { code: /CERT|SIGNATURE|ISSUER/ }, 'and nobody trusts it unasked')
    const leaf = new X509Certificate(String(certificate?.cert))
    t.equal(leaf.subjectAltName, 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
    t.strictSame([leaf.ca, new X509Certificate(ca).ca], [false, true])
    for (const each of [leaf, new X509Certificate(ca)]) t.equal(Date.parse(each.validTo) - Date.parse(each.validFrom), 365 * 86_400_000)
  })

  await t.test('keeps its key to itself', async (t) => {
    t.strictSame(readdirSync(folder).sort(), ['authority.key', 'authority.pem'])
    const modeOf = (file: string) => statSync(file).mode & 0o777
    t.strictSame([modeOf(folder), modeOf(join(folder, 'authority.key'))], [0o700, 0o600])
    t.notMatch(ca, /PRIVATE/)
  })

  await t.test('comes of one authority, however often the server starts', async (t) => {
    const again = await makeDevelopmentCertificate(folder)
    t.equal(readFileSync(again.file, 'utf8'), ca)
    t.not(again.cert, certificate?.cert)
    t.not(again.key, certificate?.key)
    t.ok(verifies(again.cert, ca))
  })

  await t.test('of servers that start at once every one is trusted', async (t) => {
    const fresh = join(dir, 'at-once')
    const made = await Promise.all(Array.from({ length: 8 }, async () => await makeDevelopmentCertificate(fresh)))
    const authority = readFileSync(join(fresh, 'authority.pem'), 'utf8')
    for (const { cert } of made) t.ok(verifies(cert, authority))
    t.strictSame(readdirSync(fresh).sort(), ['authority.key', 'authority.pem'])
  })

  await t.test('is made anew when its year is nearly over, with the key that is trusted already', async (t) => {
    const aged = join(dir, 'aged')
    const day = 86_400_000
    const old = await makeDevelopmentCertificate(aged, new Date(Date.now() - 334 * day))
    const before = readFileSync(old.file, 'utf8')
    t.equal(readFileSync((await makeDevelopmentCertificate(aged)).file, 'utf8'), before, '31 days are enough')
    const late = await makeDevelopmentCertificate(aged, new Date(Date.now() + 2 * day))
    const after = readFileSync(late.file, 'utf8')
    t.not(after, before)
    t.ok(Date.parse(new X509Certificate(after).validTo) > Date.now() + 366 * day)
    t.ok(verifies(late.cert, before))
    t.ok(verifies(old.cert, after))
    writeFileSync(late.file, ca)
    t.ok(verifies((await makeDevelopmentCertificate(aged)).cert, readFileSync(late.file, 'utf8')), 'and when it is not of its key')
  })

  await t.test('its authority cannot vouch for other hosts', async (t) => {
    const { SubjectAlternativeNameExtension, X509CertificateGenerator } = await import('@peculiar/x509')
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
    const authority = createPrivateKey(readFileSync(join(folder, 'authority.key')))
    const signingKey = await webcrypto.subtle.importKey('pkcs8', authority.export({ type: 'pkcs8', format: 'der' }), algorithm, false, ['sign'])
    const publicKey = await webcrypto.subtle.importKey('spki', createPublicKey(authority).export({ type: 'spki', format: 'der' }), algorithm, true, ['verify'])
    const listen = async (value: string): Promise<string> => {
      const leaf = await X509CertificateGenerator.create({
        subject: 'CN=leaf', issuer: new X509Certificate(ca).subject, publicKey, signingKey, extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value }])]
      })
      const options: ServerOptions = { key: authority.export({ type: 'pkcs8', format: 'pem' }), cert: leaf.toString('pem') }
      const server = createSecureServer(options, (_request, response) => response.end('ok')).listen(0, '127.0.0.1')
      t.teardown(() => server.close())
      await once(server, 'listening')
      return `https://localhost:${(server.address() as AddressInfo).port}/`
    }
    t.equal((await askSecurely(await listen('localhost'), ca)).body, 'ok')
    await t.rejects(askSecurely(await listen('graph.example'), ca), { message: /permitted subtree violation/ })
  })

  await t.test('says what is wrong with its folder', async (t) => {
    const complaint = { name: 'SettingError', message: /^HTTPS=1 cannot use the folder \.development-certificate; remove it/ }
    const spoil = async (how: () => void) => {
      rmSync(folder, { recursive: true })
      mkdirSync(folder)
      how()
      await t.rejects(createServer({ HTTPS: '1', STORE: 'memory:' }), complaint)
    }
    await spoil(() => { writeFileSync(join(folder, 'authority.key'), 'no key') })
    await spoil(() => { writeFileSync(join(folder, 'authority.pem'), 'no certificate') })
    await spoil(() => { mkdirSync(join(folder, 'authority.key')) })
    await spoil(() => { symlinkSync('nowhere', join(folder, 'authority.key')) })
    rmSync(folder, { recursive: true })
    t.equal((await make(t, { HTTPS: '1' })).certificate?.file, join(folder, 'authority.pem'))
  })
})

// those that wait for other processes go side by side
t.jobs = 2

t.test('the server from its start to SIGTERM, and again', { buffered: true }, async (t) => {
  const store = `sqlite:${join(t.testdir(), 'operations.db')}`
  const first = await start(t, { STORE: store }, true)
  const { url, token } = first

  await t.test('it says where it is', async (t) => {
    t.match(url, /^http:\/\/127\.0\.0\.1:[1-9]\d*$/)
    t.match(decodeJwt(token), { roles: ['Notes.ReadWrite.All', 'Calls.Initiate.All', 'Calls.InitiateGroupCall.All', 'Calls.JoinGroupCall.All', 'Calls.JoinGroupCallAsGuest.All', 'Calls.AccessMedia.All'] })
    t.notMatch(decodeJwt(token), { scp: String })
  })

  await t.test('its curl line works', { skip: withoutCurl }, async (t) => {
    const { stdout } = await promisify(execFile)('bash', ['-c', `${first.curl} -s`], { timeout: 10_000 })
    t.match(JSON.parse(stdout), { '@odata.type': '#microsoft.graph.commsOperation', clientContext: 'hello', status: 'NotStarted' })
  })

  await t.test('/v1.0 and /beta share the store', async (t) => {
    const created = await send(`${url}/v1.0${calls}`, token, 'POST', { id: 'shared' })
    t.equal(created.status, 201)
    t.equal(created.headers.get('location'), `${url}/v1.0${calls}/shared`)
    const changed = await send(`${url}/beta${calls}/shared`, token, 'PATCH', { status: 'Running' })
    t.match([changed.status, await changed.json()], [200, { '@odata.context': `${url}/beta/$metadata#communications/calls('57dab8b1')/operations/$entity`, status: 'Running' }])
    t.match(await (await send(`${url}/v1.0/app/calls/57dab8b1/operations/shared`, token)).json(), { status: 'Running' })
    t.equal((await fetch(`${url}/v1.0${calls}`)).status, 401)
  })

  await t.test('its documentation is there', async (t) => {
    const page = await fetch(`${url}/docs`)
    t.match([page.status, page.headers.get('content-type')], [200, /^text\/html/])
    t.match(await page.text(), /swagger-ui/)
    const document = await (await fetch(`${url}/docs/json`)).json() as { openapi: string, paths: Record<string, object> }
    t.equal(document.openapi, '3.1.0')
    for (const mount of ['/v1.0', '/beta']) t.match(document.paths[`${mount}/communications/calls/{callId}/operations`], { get: Object, post: Object, patch: Object })
    t.match(Object.keys(document.paths).filter((path) => !/^\/(?:v1\.0|beta)\//.test(path)), ['/dev/token'], 'and no probes')
    const yaml = await fetch(`${url}/docs/yaml`)
    t.match(yaml.headers.get('content-type'), /^application\/yaml/)
    t.strictSame(JSON.parse(await yaml.text()), document, 'which is YAML as it is')
  })

  await t.test('its probes answer', async (t) => {
    for (const probe of ['/livez', '/readyz']) {
      const response = await fetch(url + probe)
      t.strictSame([response.status, response.headers.get('content-type'), await response.text()], [200, 'text/plain', 'ok'])
      t.not(response.headers.get('connection'), 'close')
    }
  })

  await t.test('SIGTERM loses no request', async (t) => {
    const slow = await postSlowly(`${url}/v1.0${calls}`, token)
    const late = await postSlowly(`${url}/v1.0${calls}`, token)
    const start = Date.now()
    first.signal('SIGTERM')
    let ready = await fetch(`${url}/readyz`)
    while (ready.status === 200 && Date.now() - start < 5_000) {
      await delay(10)
      ready = await fetch(`${url}/readyz`)
    }
    t.strictSame([ready.status, ready.headers.get('connection'), await ready.text()], [503, 'close', 'not ready'])
    const alive = await fetch(`${url}/livez`)
    t.strictSame([alive.status, alive.headers.get('connection')], [200, 'close'])
    const served = await send(`${url}/v1.0${calls}/shared`, token)
    t.strictSame([served.status, served.headers.get('connection')], [200, 'close'], 'who does not know yet is served')
    slow.end('{"id":"slow"}')
    const answer = await slow.answer
    t.strictSame([answer.statusCode, answer.headers.connection], [201, 'close'])
    await delay(Math.max(0, 1_300 - (Date.now() - start)))
    await t.rejects(fetch(`${url}/livez`), 'nobody new comes in any more')
    late.end('{"id":"late"}')
    t.equal((await late.answer).statusCode, 201, 'who was there before is answered')
    answer.resume()
    ;(await late.answer).resume()
    t.strictSame(await first.exit, [0, null])
    t.ok(Date.now() - start < 10_000)
    t.equal(await first.log, '', 'with nothing to complain about')
  })

  await t.test('a restart keeps the data, and not the tokens', async (t) => {
    const second = await start(t, { STORE: store })
    for (const id of ['shared', 'slow', 'late']) {
      const response = await send(`${second.url}/v1.0${calls}/${id}`, second.token)
      t.match([response.status, await response.json()], [200, { id }])
    }
    const count = await send(`${second.url}/beta${calls}/$count`, second.token)
    t.equal(await count.text(), withoutCurl === false ? '4' : '3')
    t.equal((await send(`${second.url}/v1.0${calls}`, token)).status, 401)
    second.signal('SIGINT')
    t.strictSame(await second.exit, [0, null], 'SIGINT does the same')
  })
})

t.test('settings that cannot be used end it with a message', { buffered: true }, async (t) => {
  const file = join(t.testdir(), 'operations.db')
  const occupied = new OAuth2Server()
  await occupied.start(0, '127.0.0.1')
  t.teardown(async () => { await occupied.stop() })
  const cases: Array<[RegExp, Environment]> = [
    [/AUTH_ISSUER.*loopback/, { HOST: '0.0.0.0' }],
    [/AUTH_ISSUER/, { NODE_ENV: 'production' }],
    [/AUTH_AUDIENCE and AUTH_JWKS_URI/, { AUTH_ISSUER: 'https://issuer.example' }],
    [/need AUTH_ISSUER/, { AUTH_AUDIENCE: 'api' }],
    [/PORT=http is not a port/, { PORT: 'http' }],
    [/STORE=mysql:\/\/… is none of/, { STORE: 'mysql://x' }],
    [/HTTPS=yes is neither 1 nor 0/, { HTTPS: 'yes' }],
    [/EADDRINUSE/, { PORT: String(occupied.address().port), STORE: 'memory:' }]
  ]
  const run = async ([message, settings]: [RegExp, Environment]): Promise<void> => {
    const child = spawnServer(t, { PORT: '0', STORE: `sqlite:${file}`, ...settings }, 'HOST' in settings)
    const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    t.strictSame([exit, stdout], [[1, null], ''], JSON.stringify(settings))
    t.match(stderr, message)
    t.notMatch(stderr, /\n\s+at /, 'a message and no stack')
  }
  for (const each of cases) await run(each)
  t.notOk(existsSync(file), 'no file is made before the settings are known to be good')
})

t.test('importing it starts nothing', async (t) => {
  const script = 'const { createServer } = await import(\'./server.ts\'); process.stdout.write(typeof createServer)'
  const { stdout, stderr, status } = spawnSync(...toUncounted(process.execPath, '--import', 'tsx', '--input-type=module', '-e', script), { cwd: root, env: toEnvironment({}), timeout: 20_000, encoding: 'utf8' })
  t.strictSame([stdout, stderr, status], ['function', '', 0])
})

t.test('every setting is checked', async (t) => {
  for (const PORT of ['', 'abc', '-1', '65536', '1.5', ' 80', '0x50', '1e3']) {
    await t.rejects(createServer({ PORT, STORE: 'memory:' }), { name: 'SettingError', message: `PORT=${PORT} is not a port` })
  }
  await t.rejects(createServer({ STORE: 'postgress://user:top-secret@host/name' }), { name: 'SettingError', message: 'STORE=postgress://… is none of memory:, sqlite:FILE and postgres://…' })
  for (const STORE of ['', 'memory', 'sqlite:', 'operations.db', 'postgresql']) {
    await t.rejects(createServer({ STORE }), { name: 'SettingError', message: new RegExp(`^STORE=${STORE} is none of`) })
  }
  await t.rejects(createServer({ STORE: `sqlite:${join(t.testdir(), 'no', 'folder.db')}` }), { code: 'OPS_ERR_SQLITE_FILE', message: /folder\.db/ })
  for (const HOST of ['0.0.0.0', '::', '', '10.0.0.1', 'example.com', '127.0.0.1.example.com']) {
    await t.rejects(createServer({ HOST, STORE: 'memory:' }), { name: 'SettingError', message: /AUTH_ISSUER/ }, HOST)
  }
  for (const [HOST, PORT, NODE_ENV] of [['localhost', '0', 'development'], ['::1', '65535', 'test'], ['127.0.0.2', '1', 'test']] as const) {
    t.match(await make(t, { HOST, PORT, NODE_ENV }), { host: HOST, port: Number(PORT), issuer: { sign: Function } })
  }
  await t.rejects(createServer({ STORE: 'memory:', AUTH_JWKS_URI: 'http://127.0.0.1/' }), { name: 'SettingError', message: /need AUTH_ISSUER/ })
  await t.rejects(createServer({ NODE_ENV: 'production', HOST: '127.0.0.1', STORE: 'memory:' }), { name: 'SettingError' })
  await t.rejects(createServer({ STORE: 'memory:', AUTH_ISSUER: 'x', AUTH_AUDIENCE: 'x' }), { name: 'SettingError', message: /AUTH_JWKS_URI/ })
  await t.rejects(createServer({ STORE: 'memory:', AUTH_ISSUER: 'x', AUTH_JWKS_URI: 'http://127.0.0.1/' }), { name: 'SettingError', message: /AUTH_AUDIENCE/ })
  await t.rejects(createServer({ STORE: 'memory:', AUTH_ISSUER: '', AUTH_AUDIENCE: 'x', AUTH_JWKS_URI: 'http://127.0.0.1/' }), { code: 'OPS_ERR_OPTION' })
  await t.rejects(createServer({ STORE: 'memory:', AUTH_ISSUER: 'x', AUTH_AUDIENCE: 'x', AUTH_JWKS_URI: 'x' }), { code: 'OPS_ERR_OPTION' })
  await t.rejects(createServer({ STORE: 'memory:', LOG_LEVEL: 'loud' }))
  for (const HTTPS of ['', 'yes', 'true', '2', '01', ' 1']) await t.rejects(createServer({ HTTPS, STORE: 'memory:' }), { name: 'SettingError', message: `HTTPS=${HTTPS} is neither 1 nor 0` })
  const issuer = { AUTH_ISSUER: 'https://issuer.example', AUTH_AUDIENCE: 'api', AUTH_JWKS_URI: 'https://issuer.example/keys' }
  for (const HOST of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.2', 'graph.example']) {
    await t.rejects(createServer({ ...issuer, HTTPS: '1', HOST, STORE: 'memory:' }), { name: 'SettingError', message: /^HTTPS=1.* HOST localhost, 127\.0\.0\.1, ::1 only$/ }, HOST)
  }
  for (const METRICS of ['', 'yes', '2']) await t.rejects(createServer({ METRICS, STORE: 'memory:' }), { name: 'SettingError', message: `METRICS=${METRICS} is neither 1 nor 0` })
  const { app, certificate } = await make(t, { HTTPS: '0', METRICS: '0' })
  t.equal(certificate, undefined)
  t.equal((await app.inject('/metrics')).statusCode, 404)
  t.equal((await (await make(t, { ...issuer, HOST: '0.0.0.0', METRICS: '1' })).app.inject('/metrics')).statusCode, 200)
})

/** The status, the links and the body of an answer over TLS. */
async function askSecurely (url: string, ca: string, token = '', method = 'GET'): Promise<{ status: number | undefined, location: string | undefined, body: string }> {
  const sent = requestSecurely(url, { ca, method, agent: false, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } })
  sent.end(method === 'GET' ? undefined : '{}')
  const [response] = await once(sent, 'response') as [IncomingMessage]
  return { status: response.statusCode, location: response.headers.location, body: await text(response) }
}

t.test('HTTPS=1 serves TLS, and says how to trust it', { buffered: true }, async (t) => {
  const folder = t.testdir({ 'it\'s here': {} })
  const cwd = join(folder, 'it\'s here')
  const { url, token, curl, output, signal, exit, log } = await start(t, { HTTPS: '1', STORE: 'memory:', HOST: 'localhost' }, true, cwd)
  t.match(output, /^listening on https:\/\/[^\n]+\ndocumentation https:/)
  const { port } = new URL(url)
  t.ok(output.includes(`\nClient.init({ baseUrl: 'https://localhost:${port}/', defaultVersion: 'v1.0', customHosts: new Set(['localhost']), authProvider })\n`))
  const file = join(cwd, '.development-certificate', 'authority.pem')
  if (withoutCurl === false) {
    const run = async (script: string) => (await promisify(execFile)('bash', ['-c', script], { timeout: 10_000 })).stdout
    t.equal(await run(`${/^export .*$/m.exec(output)?.[0]}\nprintf %s "$NODE_EXTRA_CA_CERTS"`), file)
    t.match(JSON.parse(await run(`${curl} -s`)), { clientContext: 'hello' })
  }
  const ca = readFileSync(file, 'utf8')
  const created = await askSecurely(`https://localhost:${port}/v1.0${calls}`, ca, token, 'POST')
  t.equal(created.status, 201)
  t.ok(created.location?.startsWith(`https://localhost:${port}/v1.0${calls}/`), 'links are https')
  t.match(await askSecurely(`https://localhost:${port}/docs`, ca), { status: 200, body: /swagger-ui/ })
  signal('SIGTERM')
  t.strictSame(await exit, [0, null])
  t.equal(await log, '')
})

t.test('with an issuer it takes that one\'s tokens and makes none', async (t) => {
  const mock = new OAuth2Server()
  await mock.start(0, '127.0.0.1')
  t.teardown(async () => { await mock.stop() })
  await mock.issuer.keys.generate('RS256')
  const server = await make(t, {
    HOST: '0.0.0.0', NODE_ENV: 'production', AUTH_ISSUER: String(mock.issuer.url), AUTH_AUDIENCE: 'operations', AUTH_JWKS_URI: `http://127.0.0.1:${mock.address().port}/jwks`
  })
  t.strictSame([server.host, server.issuer], ['0.0.0.0', undefined])
  const token = await mock.issuer.buildToken({ scopesOrTransform: (_header, payload) => { Object.assign(payload, { aud: 'operations', tid: 't', oid: 'o', roles: ['Calls.Initiate.All'] }) } })
  for (const mount of ['/v1.0', '/beta']) {
    t.equal((await server.app.inject({ url: mount + calls, headers: { authorization: `Bearer ${token}` } })).statusCode, 200)
    t.equal((await server.app.inject(mount + calls)).statusCode, 401)
  }
  t.equal((await server.app.inject('/metrics')).statusCode, 404, 'no metrics for everybody')
  const development = await make(t)
  const own = await development.issuer?.sign({})
  t.equal((await server.app.inject({ url: `/v1.0${calls}`, headers: { authorization: `Bearer ${own}` } })).statusCode, 401)
  t.equal((await development.app.inject({ url: `/v1.0${calls}`, headers: { authorization: `Bearer ${token}` } })).statusCode, 401)
  const answer = await server.app.inject({ method: 'POST', url: '/dev/token', payload: {} })
  t.match([answer.statusCode, answer.json()], [404, { error: { code: 'itemNotFound' } }])
  t.notMatch((await server.app.inject('/docs/json')).json<{ paths: object }>().paths, { '/dev/token': Object })
})

t.test('the development issuer makes the token that is asked for', async (t) => {
  const { app, issuer } = await make(t)
  const tokenFor = async (payload?: unknown): Promise<string> => {
    const response = await app.inject({ method: 'POST', url: '/dev/token', ...(payload !== undefined && { payload: JSON.stringify(payload), headers: { 'content-type': 'application/json' } }) })
    t.match([response.statusCode, response.json()], [200, { token_type: 'Bearer', expires_in: 43_200 }], JSON.stringify(payload))
    t.ok(ids.every((name) => name in response.headers))
    return response.json<{ access_token: string }>().access_token
  }
  const claimsFor = async (payload?: unknown) => decodeJwt(await tokenFor(payload))
  const statusOf = async (url: string, token: string) => (await app.inject({ url, headers: { authorization: `Bearer ${token}` } })).statusCode

  const plain = await claimsFor()
  t.match(plain, { iss: String(issuer?.issuer), aud: String(issuer?.audience), tid: /^[0-9a-f-]{36}$/, oid: /^[0-9a-f-]{36}$/ })
  t.equal(Number(plain.exp) - Number(plain.iat), 43_200)
  t.ok((plain['roles'] as string[]).includes('Notes.ReadWrite.All'))
  t.notOk('scp' in plain)
  t.match(decodeProtectedHeader(await tokenFor({})), { typ: 'JWT', alg: 'ES256' })
  t.not((await claimsFor({}))['oid'], (await claimsFor({}))['oid'], 'somebody new each time')
  t.equal((await claimsFor({}))['tid'], plain['tid'], 'in one tenant')
  t.match(await claimsFor({ tid: 'contoso' }), { tid: 'contoso', roles: Array })
  t.match(await claimsFor({ oid: 'adele' }), { oid: 'adele', roles: Array })
  const delegated = await tokenFor({ oid: 'adele', scp: 'Notes.ReadWrite' })
  t.match(decodeJwt(delegated), { oid: 'adele', scp: 'Notes.ReadWrite' })
  t.notOk('roles' in decodeJwt(delegated))
  t.strictSame((await claimsFor({ roles: ['Notes.Read.All'] }))['roles'], ['Notes.Read.All'])
  t.strictSame((await claimsFor({ roles: [] }))['roles'], [])

  t.equal(await statusOf('/v1.0/me/onenote/operations', delegated), 200)
  t.equal(await statusOf('/v1.0/users/adele/onenote/operations', delegated), 200)
  t.equal(await statusOf('/v1.0/sites/s/onenote/operations', delegated), 403)
  t.equal(await statusOf('/v1.0/me/onenote/operations', await tokenFor()), 403)
  t.equal(await statusOf('/beta/sites/s/onenote/operations', await tokenFor()), 200)
  t.equal(await statusOf(`/beta${calls}`, await tokenFor({ roles: [] })), 403)
})

t.test('the development issuer refuses what a token cannot say', async (t) => {
  const { app } = await make(t)
  const json = { 'content-type': 'application/json' }
  const ask = async (request: InjectOptions) => {
    const response = await app.inject({ method: 'POST', url: '/dev/token', ...request })
    t.match(response.headers['content-type'], /^application\/json/)
    t.ok(ids.every((name) => name in response.headers))
    return { status: response.statusCode, error: response.json<{ error: Record<string, unknown> }>().error }
  }
  const bodies: Array<[string, string?]> = [
    ['{"sub":"a"}', 'sub'], ['{"tid":5}', 'tid'], ['{"tid":"a/b"}', 'tid'], ['{"tid":""}', 'tid'], ['{"oid":"a b"}', 'oid'], ['{"oid":null}', 'oid'], ['{"scp":["a"]}', 'scp'],
    [`{"scp":"${'x'.repeat(4_097)}"}`, 'scp'], ['{"roles":"a"}', 'roles'], ['{"roles":[5]}', 'roles/0'], [`{"roles":${JSON.stringify(Array(51).fill('a'))}}`, 'roles'],
    ['[]'], ['"text"'], ['5'], ['{'], [''], ['{"__proto__":{"tid":"a"}}']
  ]
  for (const [payload, target] of bodies) {
    const { status, error } = await ask({ headers: json, payload })
    t.match([status, error], [400, { code: 'invalidRequest', message: String, innerError: { date: String } }], payload.slice(0, 40))
    t.equal(error['target'], target)
  }
  t.equal((await ask({ headers: { 'content-type': 'text/plain' }, payload: 'tid=a' })).status, 400)
  t.match(await ask({ headers: { 'content-type': 'application/xml' }, payload: '<a/>' }), { status: 415, error: { code: 'notSupported' } })
  const large = await ask({ headers: json, payload: `{"scp":"${'x'.repeat(16_384)}"}` })
  t.match(large, { status: 413, error: { code: 'invalidRequest' } })
  t.match(large.error['message'], /16,384 bytes/, 'the limit is that of this route')
  t.equal((await ask({ method: 'GET' })).status, 404)
})

t.test('the development issuer answers loopback hosts only', async (t) => {
  const { app } = await make(t)
  const statusOf = async (host: string) => (await app.inject({ method: 'POST', url: '/dev/token', headers: { host }, payload: {} })).statusCode
  for (const host of ['localhost', 'localhost:3000', '127.0.0.1', '127.0.0.1:3000', '127.8.9.10', '[::1]', '[::1]:3000', 'LOCALHOST:3000']) t.equal(await statusOf(host), 200, host)
  for (const host of ['evil.example', 'evil.example:3000', '127.0.0.1.evil.example', 'localhost.evil.example', 'notlocalhost', '10.0.0.1', '0.0.0.0', '[::2]', '1127.0.0.1', '127.0.0.1@evil.example']) {
    t.equal(await statusOf(host), 403, host)
  }
  const refused = await app.inject({ method: 'POST', url: '/dev/token', headers: { host: 'evil.example' }, payload: {} })
  t.match(refused.json(), { error: { code: 'accessDenied', message: /loopback/ } })
  const forwarded = await app.inject({ method: 'POST', url: '/dev/token', headers: { host: 'evil.example', 'x-forwarded-host': 'localhost' }, payload: {} })
  t.equal(forwarded.statusCode, 403, 'whatever a proxy says')
})

t.test('what no route answers is in Graph\'s envelope', async (t) => {
  const { app, issuer } = await make(t)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const token = await issuer!.sign({})
  const ask = async (path: string, method = 'GET') => {
    const sent = request(url, { path, method, headers: { authorization: `Bearer ${token}`, 'client-request-id': 'mine' } })
    sent.end()
    const [response] = await once(sent, 'response') as [IncomingMessage]
    const { error } = JSON.parse(await text(response)) as { error: { code: string, message: string, innerError: Record<string, string> } }
    t.match(response.headers, { 'content-type': /^application\/json/, 'client-request-id': 'mine', 'odata-version': '4.0', 'cache-control': String })
    t.match(error.innerError, { date: /^\d{4}-\d\d-\d\dT/, 'client-request-id': 'mine', 'request-id': String(response.headers['request-id']) })
    return { status: response.statusCode, ...error }
  }
  for (const [path = '', method] of [['/'], ['/nowhere'], ['/v1.0/nowhere'], ['/v2.0/me/onenote/operations'], [`/v1.0${calls}`, 'PROPFIND'], ['/livez', 'POST']]) {
    t.match(await ask(path, method), { status: 404, code: 'itemNotFound', message: 'there is nothing at this URL' }, path)
  }
  t.match(await ask('/v1.0/%zz'), { status: 400, code: 'invalidRequest' })
  t.match(await ask('/v1.0/sites/%E0%A4/onenote/operations'), { status: 400, code: 'invalidRequest' })
  const long = `/v1.0/sites/${'a'.repeat(256)}/onenote/operations`
  t.equal((await send(url + long, token)).status, 200, 'an id of 256 characters')
  const tooLong = await ask(long.replace('aaa', 'aaaa'))
  t.match(tooLong, { status: 400, code: 'invalidRequest' }, 'and one of 257')
  t.match(tooLong.message, /256/, 'naming the limit')
})

t.test('it is not ready when its store does not answer', async (t) => {
  const { app, issuer } = await make(t)
  t.equal((await app.inject('/readyz')).body, 'ok')
  await app.operationStore.close()
  const ready = await app.inject('/readyz')
  t.strictSame([ready.statusCode, ready.body, ready.headers.connection], [503, 'not ready', 'keep-alive'])
  t.equal((await app.inject('/livez')).statusCode, 200)
  const answer = await app.inject({ url: `/v1.0${calls}`, headers: { authorization: `Bearer ${await issuer!.sign({})}` } })
  t.match([answer.statusCode, answer.headers['retry-after'], answer.json()], [503, '1', { error: { code: 'serviceNotAvailable' } }])
})

t.test('two servers over one PostgreSQL', async (t) => {
  const { url: STORE } = await startPostgres(t)
  const [one, two] = await Promise.all([start(t, { STORE }), start(t, { STORE })])
  const path = '/v1.0/communications/calls/57dab8b1/operations'
  const made = await send(`${one.url}${path}`, one.token, 'POST', { id: 'a', status: 'Running' })
  t.equal(made.status, 201)
  const patched = await send(`${two.url}/beta${path.slice(5)}/a`, two.token, 'PATCH', { status: 'Completed' })
  t.equal(patched.status, 200)
  const read = await send(`${one.url}${path}/a`, one.token)
  t.strictSame([read.status, read.headers.get('etag')], [200, patched.headers.get('etag')])
  t.match(await read.json(), { status: 'Completed' })
  for (const server of [one, two]) {
    server.signal('SIGTERM')
    t.strictSame(await server.exit, [0, null], await server.log)
  }

  const proxy = await startProxy(t, STORE)
  const { app, issuer } = await make(t, { STORE: proxy.url.replace('postgres:', 'postgresql:') })
  const kept = await app.inject({ url: `${path}/a`, headers: { authorization: `Bearer ${await issuer?.sign({})}` } })
  t.equal(kept.headers.etag, patched.headers.get('etag'), 'the other name of the scheme')
  const statusOf = async (probe: string) => (await app.inject(probe)).statusCode
  t.equal(await statusOf('/readyz'), 200)
  proxy.hold()
  t.strictSame(await Promise.all([statusOf('/readyz'), statusOf('/readyz'), statusOf('/livez')]), [503, 503, 200], 'a database that hangs does not hang the probes')
  proxy.release()
  t.equal(await statusOf('/readyz'), 200)
})

t.test('how many requests of a tenant it takes in a minute, and what its links begin with', async (t) => {
  const real = { AUTH_ISSUER: 'https://issuer.example', AUTH_AUDIENCE: 'api', AUTH_JWKS_URI: 'http://127.0.0.1:1/keys' }
  const ask = async (settings: Environment): Promise<unknown[]> => {
    const { app } = await make(t, settings)
    const { headers, json } = await app.inject({ url: '/beta', headers: { host: 'here:1', 'x-forwarded-host': 'graph.example', 'x-forwarded-proto': 'https' } })
    return [headers['ratelimit-limit'], json<Record<string, string>>()['@odata.context']]
  }
  t.strictSame(await ask({}), [undefined, 'http://here:1/beta/$metadata'], 'any number of those it makes the tokens of; nobody else is believed')
  t.strictSame(await ask({ RATE_LIMIT: '7', TRUST_PROXY: '10.0.0.0/8, 127.0.0.1' }), ['7', 'https://graph.example/beta/$metadata'])
  t.strictSame(await ask({ ...real, TRUST_PROXY: '10.0.0.0/8' }), ['60000', 'http://here:1/beta/$metadata'], 'who is no proxy is not believed')
  t.strictSame(await ask({ ...real, RATE_LIMIT: '0', TRUST_PROXY: '127.0.0.1', BASE_URL: 'https://own.example/graph' }), [undefined, 'https://own.example/graph/beta/$metadata'])
  for (const RATE_LIMIT of ['', '-1', '1.5', 'many', '1e3']) await t.rejects(createServer({ STORE: 'memory:', RATE_LIMIT }), { name: 'SettingError', message: `RATE_LIMIT=${RATE_LIMIT} is not a number of requests in a minute` })
  for (const TRUST_PROXY of ['', 'true', 'proxy.example', '127.0.0.1,', '1', '10.0.0.0/33', '10.0.0.0/', '::1/129', '10.0.0.0/8/8']) await t.rejects(createServer({ STORE: 'memory:', TRUST_PROXY }), { name: 'SettingError', message: /^TRUST_PROXY=/ })
  for (const BASE_URL of ['', 'own.example', 'https://[', 'https://a b', 'https://例え.jp', 'https://own.example:99999', 'https://user@own.example', 'https://own.example/', 'https://own.example/é']) {
    await t.rejects(createServer({ STORE: 'memory:', BASE_URL }), { code: 'OPS_ERR_OPTION', message: /baseUrl/ }, BASE_URL)
  }
  for (const LOG_LEVEL of ['', 'loud', 'WARN']) await t.rejects(createServer({ STORE: 'memory:', LOG_LEVEL }), { name: 'SettingError', message: /^LOG_LEVEL=/ })
})

t.test('a page that rebinds a name gets no token, whatever it says of its host', async (t) => {
  const { app } = await make(t, { TRUST_PROXY: '127.0.0.1' })
  const statusOf = async (headers: Record<string, string>): Promise<number> => (await app.inject({ method: 'POST', url: '/dev/token', headers })).statusCode
  t.equal(await statusOf({ host: '127.0.0.1:3000' }), 200)
  t.equal(await statusOf({ host: 'evil.example', 'x-forwarded-host': 'localhost' }), 403)
  t.equal(await statusOf({ host: 'localhost', 'x-forwarded-host': 'evil.example' }), 403)
  t.equal(await statusOf({ host: 'localhost', 'x-forwarded-host': 'localhost:3000' }), 200)
})
