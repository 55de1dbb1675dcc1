import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import graphOperations, { graphNotFoundHandler, logSerializers, memoryStore } from '../index.js'
import { createServer } from '../server.js'

const calls = '/v1.0/communications/calls/57/operations'
const uuid = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/

type Line = Record<string, any>

/** What a logger writes, line by line. */
function makeLog (): { stream: { write: (line: string) => void }, lines: Line[] } {
  const lines: Line[] = []
  return { lines, stream: { write: (line) => { lines.push(JSON.parse(line) as Line) } } }
}

async function makeHost (t: Test, options: FastifyServerOptions, prepare: (host: FastifyInstance) => void = () => undefined): Promise<FastifyInstance> {
  const host = Fastify(options)
  t.teardown(async () => { await host.close() })
  prepare(host)
  await host.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none' })
  await host.ready()
  return await host
}

t.test('the server logs at every level what happened, and nothing of what was said', async (t) => {
  const written: string[] = []
  t.capture(process.stderr, 'write', (chunk: string) => { written.push(chunk); return true })
  const { app, issuer } = await createServer({ STORE: 'memory:', LOG_LEVEL: 'trace' })
  t.teardown(async () => { await app.close() })
  const failing = app.operationStore
  const find = failing.find
  Object.assign(failing, { find: (key: { id: string }) => {
    if (key.id !== 'broken') return find({ tenant: '', owner: '', ...key })
    throw Object.assign(new Error('the file is bad'), { code: 'EIO', detail: 'row has secret-row', cause: new Error('a sector', { cause: 'a disk' }) })
  } })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const token = await issuer!.sign({})
  const powerless = await issuer!.sign({ roles: [] })
  const seen: IncomingMessage[] = []
  const ask = async (method: string, path: string, { bearer = token, headers = {}, body = '' }: { bearer?: string, headers?: Record<string, string>, body?: string } = {}): Promise<number | undefined> => {
    const sent = request(url + path, { method, headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', cookie: 'session=secret-cookie', 'client-request-id': `mine-${seen.length}`, ...headers } })
    sent.end(body)
    const [response] = await once(sent, 'response') as [IncomingMessage]
    await text(response)
    seen.push(response)
    return response.statusCode
  }
  t.strictSame([
    await ask('POST', calls, { body: '{"id":"a","clientContext":"secret-body"}' }),
    await ask('GET', `${calls}?$filter=clientContext eq 'secret-query'`.replaceAll(' ', '%20')),
    await ask('PATCH', `${calls}/a`, { body: '{"status":"secret-body"}' }),
    await ask('PATCH', `${calls}/a`, { body: '{"clientContext":"secret-body' }),
    await ask('GET', `${calls}?secret-query=secret-query`),
    await ask('GET', calls, { bearer: `${token}x` }),
    await ask('GET', calls, { bearer: powerless }),
    await ask('GET', `${calls}/broken?$select=id`),
    await ask('GET', '/nowhere?q=secret-query'),
    await ask('GET', '/v1.0/%zz?q=secret-query'),
    await ask('GET', '/livez?q=secret-query'),
    await ask('POST', '/dev/token', { body: '{"oid":"secret-body"}' }),
    await ask('GET', calls, { headers: { 'client-request-id': 'secret value' } })
  ], [201, 200, 400, 400, 400, 401, 403, 500, 404, 400, 200, 200, 200])
  await app.close()

  const log = written.join('')
  t.notMatch(log, /secret|eyJ/, 'no body, no query, no header, no token')
  const lines = log.trim().split('\n').map((line) => JSON.parse(line) as Line)
  for (const [index, { headers }] of seen.entries()) {
    const id = headers['request-id']
    const name = index === seen.length - 1 ? id : `mine-${index}`
    t.match(headers, { 'request-id': uuid, 'client-request-id': name }, String(index))
    const own = lines.filter((line) => line['request-id'] === id)
    t.ok(own.length > 0, 'it has lines')
    t.ok(own.every((line) => line['client-request-id'] === name && !('reqId' in line)), 'with both ids')
  }
  t.strictSame(lines.filter((line) => ('req' in line || 'res' in line) && !('request-id' in line)), [], 'no line of a request is without')
  t.match(lines.find(({ req }) => req?.path === `${calls}/broken`), { req: { method: 'GET', path: `${calls}/broken`, remoteAddress: '127.0.0.1' } })
  t.strictSame(Object.keys(lines.find(({ req }) => req !== undefined)!['req']), ['method', 'path', 'remoteAddress'])
  const failed = lines.find(({ msg }) => msg === 'request failed')
  t.match(failed, { level: 50, err: { type: 'Error', message: 'the file is bad', code: 'EIO', stack: /logs\.test/, cause: { message: 'a sector', cause: { type: 'string', message: 'a disk' } } } })
  t.strictSame([failed?.['request-id'], 'detail' in failed!['err']], [seen[7]?.headers['request-id'], false])
})

t.test('an error is told with its causes, and not without end', async (t) => {
  const loop = new Error('round')
  loop.cause = loop
  t.equal(JSON.stringify(logSerializers.err(loop)).match(/"message":"round"/g)?.length, 6)
  const many = Array.from({ length: 9 }, (_, n) => new Error(String(n)))
  t.match(logSerializers.err(new AggregateError(many, 'all')), { type: 'AggregateError', errors: { length: 5, 4: { message: '4' } } })
  const bare = new TypeError('bare')
  delete bare.stack
  t.strictSame(logSerializers.err(bare), { type: 'TypeError', message: 'bare', stack: '' })
})

t.test('whatever the host has, the ids of the answer are those in the log', async (t) => {
  const given = '7DE3AA5E-3A3C-4A1C-9A0B-5C1B6F6E0D11'
  const cases: Array<[string, FastifyServerOptions, Line]> = [
    ['nothing of ours', {}, { reqId: /^req-/ }],
    ['ids of a gateway, and lines of its own', {
      requestIdHeader: 'x-id',
      childLoggerFactory: (logger, bindings, options) => logger.child({ ...bindings, own: 1 }, options)
    }, { reqId: given, 'request-id': given, own: 1 }]
  ]
  for (const [name, options, expected] of cases) {
    const { stream, lines } = makeLog()
    const host = await makeHost(t, { ...options, logger: { level: 'info', stream } })
    lines.length = 0
    const { headers } = await host.inject({ url: `${calls}?$top=x`, headers: { 'x-id': given, 'client-request-id': 'mine' } })
    t.match(headers, { 'request-id': /^[\da-f-]{36}$/i, 'client-request-id': 'mine' }, name)
    t.equal(lines.length, 2, name)
    for (const line of lines) t.match(line, { ...expected, 'request-id': headers['request-id'], 'client-request-id': 'mine' }, name)
    t.not((await host.inject({ url: calls, headers: { 'x-id': 'not an id' } })).headers['request-id'], headers['request-id'], 'another request has another one')
  }
})

t.test('without a log the answers have their ids all the same', async (t) => {
  const host = await makeHost(t, { genReqId: (() => 5) as never }, (host) => host.setNotFoundHandler(graphNotFoundHandler))
  for (const url of [calls, `${calls}/none`, '/nowhere']) {
    const { headers, json } = await host.inject(url)
    t.match(headers['request-id'], uuid)
    if (url !== calls) t.equal(json().error.innerError['request-id'], headers['request-id'])
  }
})
