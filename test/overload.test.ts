import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import Fastify from 'fastify'
import type { FastifyHttpOptions, FastifyInstance, FastifyReply, FastifyRequest, RawServerDefault } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import graphOperations, { graphErrorHandler, graphNotFoundHandler, memoryStore, recommendedServerOptions } from '../index.js'
import type { Authenticate, OperationStore, Principal } from '../index.js'
import { overloadPlugin } from '../plugins/overload.js'
import type { OverloadOptions } from '../plugins/overload.js'
import { probesPlugin } from '../plugins/probes.js'

const calls = '/v1.0/communications/calls/57dab8b1/operations'
const tenant = '11111111-aaaa-4aaa-8aaa-111111111111'

const fromHeader: Authenticate = ({ headers: { 'x-tenant': tenant } }) => typeof tenant === 'string' ? { tenant, subject: 'ada', roles: ['Calls.Initiate.All'] } satisfies Principal : null

interface Setting {
  readonly overload?: OverloadOptions
  readonly server?: FastifyHttpOptions<RawServerDefault>
  readonly store?: OperationStore
  readonly log?: string[]
}

/** More than a socket takes at once. */
const largeText = 'x'.repeat(30_000_000)

/** A server as server.ts makes it, with limits that are soon reached. */
async function serve (t: Test, { overload = { requestsPerMinute: 0 }, server = {}, store = memoryStore(), log = [] }: Setting = {}): Promise<{ app: FastifyInstance, port: number }> {
  const stream = { write: (line: string) => { log.push(line) } }
  const app = Fastify({ ...recommendedServerOptions, ...server, logger: { level: 'warn', stream } })
  t.teardown(async () => {
    app.server.closeAllConnections()
    await app.close()
  })
  app.setNotFoundHandler(graphNotFoundHandler)
  app.setErrorHandler(graphErrorHandler)
  await app.register(overloadPlugin, overload)
  await app.register(graphOperations, { prefix: '/v1.0', store, auth: fromHeader })
  await app.register(probesPlugin, { drainMillis: 50, closeMillis: 300 })
  app.get('/large', async () => largeText)
  app.get('/page', async () => 'a page')
  const begin = async (_request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-length': 10 }).write('begun')
  }
  app.route({ method: ['GET', 'POST'], url: '/begun', onRequest: begin, handler: begin })
  app.get('/mistake', async () => await Promise.reject(new Error('the inside')))
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { app, port: (app.server.address() as AddressInfo).port }
}

const as = (tenant: string): { 'x-tenant': string } => ({ 'x-tenant': tenant })

t.test('a tenant that asks too often is told when to ask again, and only that one', async (t) => {
  const log: string[] = []
  const { app } = await serve(t, { overload: { requestsPerMinute: 5 }, log })
  for (const [index, url] of ['', '/x', '(\'x\')', '/$count', '?$top=1'].entries()) {
    const { headers, statusCode } = await app.inject({ url: calls + url, headers: as(tenant) })
    t.equal(statusCode, url.includes('x') ? 404 : 200)
    t.strictSame([headers['ratelimit-limit'], headers['ratelimit-remaining']], ['5', String(4 - index)], `each request counts once: ${url}`)
    t.match(headers['ratelimit-reset'], /^[1-5]?\d$|^60$/)
  }
  for (const method of ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'] as const) {
    const refused = await app.inject({ method, url: method === 'DELETE' ? `${calls}/x` : calls, headers: as(tenant.toUpperCase()), ...(/^P/.test(method) && { payload: {} }) })
    t.equal(refused.statusCode, 429, `${method}, the same tenant in capitals`)
    t.strictSame([refused.headers['ratelimit-remaining'], refused.headers['retry-after']], ['0', refused.headers['ratelimit-reset']])
    if (method !== 'HEAD') t.match(refused.json(), { error: { code: 'activityLimitReached', innerError: { 'request-id': refused.headers['request-id'] } } })
  }
  t.equal((await app.inject({ url: calls, headers: as('other') })).statusCode, 200, 'another tenant')
  t.equal((await app.inject({ url: calls })).statusCode, 401, 'who has no token is told so')
  t.equal((await app.inject('/v1.0/$metadata')).statusCode, 200, 'what needs no tenant is of the address')
  for (let n = 0; n < 10; n += 1) for (const probe of ['/livez', '/readyz']) t.equal((await app.inject(probe)).statusCode, 200)
  for (let n = 0; n < 4; n += 1) t.equal((await app.inject('/page')).statusCode, 200)
  const page = await app.inject('/page')
  t.match([page.statusCode, page.json()], [429, { error: { code: 'activityLimitReached' } }], 'which has its limit too')
  t.strictSame(log, [], 'nothing failed')
})

t.test('what is refused to a tenant counts as well', async (t) => {
  const { app } = await serve(t, { overload: { requestsPerMinute: 3 } })
  const urls = ['/v1.0/sites/contoso/onenote/operations', '/v1.0/me/onenote/operations', '/v1.0/communications/calls/a%20b/operations', calls]
  const statuses: number[] = []
  for (const url of urls) statuses.push((await app.inject({ url, headers: as(tenant) })).statusCode)
  t.strictSame(statuses, [403, 403, 400, 429])
})

t.test('nobody drives a tenant out of the table by asking from elsewhere', async (t) => {
  const { app } = await serve(t, { overload: { requestsPerMinute: 2 } })
  for (let n = 0; n < 3; n += 1) await app.inject({ url: calls, headers: as(tenant) })
  for (let n = 0; n < 5_200; n += 1) {
    const remoteAddress = `127.1.${n >> 8}.${n & 255}`
    if ((await app.inject({ method: 'HEAD', url: '/page', remoteAddress })).statusCode !== 200) throw new Error(remoteAddress)
  }
  t.equal((await app.inject({ url: calls, headers: as(tenant) })).statusCode, 429)
})

t.test('without a limit there are no headers of one', async (t) => {
  const { app } = await serve(t)
  const { headers, statusCode } = await app.inject({ url: calls, headers: as(tenant) })
  t.strictSame([statusCode, headers['ratelimit-limit']], [200, undefined])
})

/** Keeps the loop from turning. */
function hold (millis: number): void {
  const until = performance.now() + millis
  while (performance.now() < until);
}

t.test('a loop that is late refuses while it is', async (t) => {
  const log: string[] = []
  const { app } = await serve(t, { overload: { requestsPerMinute: 0, lateMillis: 50, settlingMillis: 2_500 }, log })
  const statusOf = async (url = calls): Promise<number> => (await app.inject({ url, headers: as(tenant) })).statusCode
  const holdOften = async (until: number): Promise<void> => {
    while (performance.now() < until) {
      hold(200)
      await delay(1)
    }
  }
  const start = performance.now()
  await holdOften(start + 1_600)
  t.equal(await statusOf(), 200, 'what the start takes says nothing')
  await holdOften(start + 3_200)
  t.equal(await statusOf(), 200, 'what is late for a moment had a pause')
  await holdOften(start + 4_900)
  const refused = await app.inject({ url: calls, headers: as(tenant) })
  t.match([refused.statusCode, refused.headers['retry-after'], refused.json()], [503, '1', { error: { code: 'serviceNotAvailable', message: 'the server has too much to do; try again later' } }])
  for (let n = 0; n < 5; n += 1) t.equal(await statusOf(), 503)
  t.match((await app.inject('/page')).json(), { error: { code: 'serviceNotAvailable' } })
  for (const probe of ['/livez', '/readyz']) t.equal(await statusOf(probe), 200)
  t.match(log.map((line) => JSON.parse(line) as unknown), [{ level: 40, eventLoopDelay: Number, msg: /^requests are refused/ }], 'the log says so once')
  await delay(2_200)
  t.equal(await statusOf(), 200, 'and takes requests again')
})

/** All that comes back on a socket until it closes. */
async function talk (port: number, ...sent: Array<string | Buffer>): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  for (const part of sent) socket.write(part)
  return await text(socket.setEncoding('latin1'))
}

function readAnswer (answer: string): { status: number, headers: Headers, body: any } {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  return { status: Number(line.split(' ')[1]), headers: new Headers(fields.map((field) => field.split(': ') as [string, string])), body: JSON.parse(body) }
}

t.test('what is no HTTP request is answered in the envelope', async (t) => {
  const { port } = await serve(t, { server: { requestTimeout: 3_000, http: { headersTimeout: 2_500, connectionsCheckingInterval: 100 } } })
  const head = `POST ${calls} HTTP/1.1\r\nhost: a\r\nx-tenant: a\r\ncontent-type: application/json\r\n`
  const cases: Record<string, [status: number, message: RegExp, sent: string]> = {
    'not HTTP': [400, /not valid HTTP/, 'HELLO\r\n\r\n'],
    'another protocol': [400, /not valid HTTP/, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    'a bad header': [400, /not valid HTTP/, `GET ${calls} HTTP/1.1\r\nhost: a\r\nx: \x01\r\n\r\n`],
    'two lengths': [400, /not valid HTTP/, `${head}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`],
    'a length and chunks': [400, /not valid HTTP/, `${head}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
    'headers without end': [431, /at most 16,384 bytes/, `GET ${calls} HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`],
    'long chunk extensions': [413, /chunk extensions/, `${head}transfer-encoding: chunked\r\n\r\n2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`],
    'headers that do not come': [408, /too long to arrive/, `GET ${calls} HTTP/1.1\r\nhost: a\r\n`],
    'a body that does not come': [408, /too long to arrive/, `${head}content-length: 9\r\n\r\n{`]
  }
  await Promise.all(Object.entries(cases).map(async ([name, [status, message, sent]]) => {
    const answer = readAnswer(await talk(port, Buffer.from(sent, 'latin1')))
    const id = answer.headers.get('request-id')
    t.match(answer, { status, body: { error: { code: 'invalidRequest', message, innerError: { 'request-id': id } } } }, name)
    t.match([id, answer.headers.get('connection'), answer.headers.get('content-type')], [/^[\da-f-]{36}$/, 'close', 'application/json; charset=utf-8'])
  }))
})

t.test('an answer that has begun is not mixed with another', async (t) => {
  const { port } = await serve(t, { server: { connectionTimeout: 500 } })
  for (const [head, sent] of [['GET /begun HTTP/1.1\r\nhost: a\r\n\r\n', 'NONSENSE\r\n\r\n'], ['POST /begun HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\n \r\n', 'NONSENSE\r\n']] as const) {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1')
    let received = ''
    socket.on('data', (part) => {
      received += String(part)
      if (received.endsWith('begun')) socket.write(sent)
    })
    socket.on('error', () => undefined)
    socket.write(head)
    await once(socket, 'close')
    t.match(received, /\r\n\r\nbegun$/)
  }
})

t.test('what follows a request on its connection does not take its answer', async (t) => {
  const store = memoryStore()
  const { port } = await serve(t, { store: { ...store, commit: async (...asked) => { await delay(200); return await store.commit(...asked) } } })
  const answers = await talk(port, `POST ${calls} HTTP/1.1\r\nhost: a\r\nx-tenant: a\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{"id":"x"}NONSENSE\r\n\r\n`)
  t.strictSame([...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status), ['201', '400'])
  t.match(await store.find({ tenant: 'a', owner: 'calls/57dab8b1', id: 'x' }), { id: 'x' })
})

t.test('a connection that is reset is nobody to answer', async (t) => {
  const log: string[] = []
  const { app, port } = await serve(t, { log })
  const accepted = once(app.server, 'connection')
  const socket = connect(port, '127.0.0.1')
  const [theirs] = await accepted as [Socket]
  socket.write('GET ')
  await delay(50)
  const closed = new Promise((resolve) => theirs.once('close', resolve))
  socket.resetAndDestroy()
  await closed
  t.strictSame(log, [])
  t.equal((await app.inject('/livez')).statusCode, 200)
})

t.test('slow clients are cut off', async (t) => {
  const { port } = await serve(t, { server: { connectionTimeout: 300, requestTimeout: 600, http: { headersTimeout: 500, connectionsCheckingInterval: 50 } } })
  const drip = async (head: string, drop: string): Promise<number> => {
    const start = performance.now()
    const socket = connect(port, '127.0.0.1')
    socket.write(head)
    const timer = setInterval(() => socket.write(drop), 50)
    socket.on('error', () => { clearInterval(timer) })
    await text(socket).catch(() => '')
    clearInterval(timer)
    return performance.now() - start
  }
  const [headers, body, silence] = await Promise.all([
    drip(`GET ${calls} HTTP/1.1\r\nhost: a\r\n`, 'x: y\r\n'),
    drip(`POST ${calls} HTTP/1.1\r\nhost: a\r\nx-tenant: a\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n`, ' '),
    drip('', '')
  ])
  for (const [name, millis] of Object.entries({ headers, body, silence })) t.ok(millis > 250 && millis < 5_000, `${name}: ${Math.round(millis)} ms`)
})

t.test('a server that ends waits for who is served, and not for ever', async (t) => {
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => { release = resolve })
  const store = memoryStore()
  const { app, port } = await serve(t, { store: { ...store, count: async (...asked) => { await released; return await store.count(...asked) } } })
  const ask = (method: string, path: string): { answer: Promise<IncomingMessage>, end: (body: string) => void } => {
    const sent = request({ port, host: '127.0.0.1', method, path, headers: { ...as('a'), 'content-type': 'application/json', 'transfer-encoding': 'chunked', expect: '100-continue' } })
    return { answer: once(sent, 'response').then(([response]: IncomingMessage[]) => (response as IncomingMessage).resume()), end: (body) => { sent.end(body) } }
  }
  const served = request({ port, host: '127.0.0.1', path: `${calls}/$count`, headers: as('a') }).end()
  const answer = once(served, 'response').then(([response]: IncomingMessage[]) => (response as IncomingMessage).resume())
  const stuck = ask('POST', calls)
  const failure = stuck.answer.then(() => 'answered', () => 'cut off')
  await delay(100)
  const start = performance.now()
  const drained = app.drain()
  await delay(100)
  release()
  t.equal((await answer).statusCode, 200, 'who was being served has the answer')
  await drained
  t.equal(await failure, 'cut off', 'who never ends the request has not')
  t.ok(performance.now() - start < 5_000)
})

t.test('a server that ends sends what is made, to those who are slow too, and to all on one connection', async (t) => {
  const store = memoryStore()
  const { app, port } = await serve(t, { store: { ...store, commit: async (...asked) => { await delay(100); return await store.commit(...asked) } } })
  const post = (id: string): string => {
    const body = JSON.stringify({ id })
    return `POST ${calls} HTTP/1.1\r\nhost: a\r\nx-tenant: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  }
  const pipelined = connect(port, '127.0.0.1').setEncoding('latin1')
  const answers = text(pipelined)
  await once(pipelined, 'connect')
  const slow = connect(port, '127.0.0.1')
  slow.write('GET /large HTTP/1.1\r\nhost: a\r\n\r\n')
  const [first] = await once(slow, 'data') as [Buffer]
  slow.pause()
  pipelined.write(Array.from({ length: 20 }, (_, n) => post(`p${n}`)).join(''))
  await delay(20)
  const drained = app.drain()
  let received = first.length
  slow.on('data', (part) => { received += part.length })
  slow.pause()
  await delay(150)
  slow.resume()
  await drained
  await new Promise((resolve) => slow.destroyed || slow.readableEnded ? resolve(undefined) : slow.once('close', resolve))
  t.ok(received > largeText.length, `${received} of ${largeText.length}`)
  t.equal([...(await answers).matchAll(/HTTP\/1\.1 201/g)].length, 20)
})

t.test('what arrives on an open connection while the server closes is answered', async (t) => {
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => { release = resolve })
  const store = memoryStore()
  const { app, port } = await serve(t, { store: { ...store, count: async (...asked) => { await released; return await store.count(...asked) } } })
  const socket: Socket = connect(port, '127.0.0.1').setEncoding('latin1')
  const all = text(socket)
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: a\r\nx-tenant: a\r\n\r\n`
  socket.write(get(`${calls}/$count`))
  await delay(100)
  const closed = app.close()
  await delay(100)
  socket.write(get(calls))
  await delay(100)
  release()
  await closed
  t.strictSame([...(await all).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status), ['200', '200'])
})

t.test('an application without routes of others has its errors in the envelope, and in the log', async (t) => {
  const log: string[] = []
  const { app } = await serve(t, { log })
  const failed = await app.inject('/mistake')
  t.match([failed.statusCode, failed.json()], [500, { error: { code: 'generalException' } }])
  t.notMatch(failed.body, /inside/)
  t.match(log.map((line) => JSON.parse(line) as unknown), [{ level: 50, err: { message: 'the inside' } }])
  const bad = await app.inject({ method: 'POST', url: '/page', headers: { 'content-type': 'application/json' }, payload: '{' })
  t.match([bad.statusCode, bad.json()], [400, { error: { code: 'invalidRequest' } }])
  t.equal(log.length, 1)
})
