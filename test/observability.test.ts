import { AsyncLocalStorage } from 'node:async_hooks'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import { Registry } from 'prom-client'
import t from 'tap'
import type { Test } from 'tap'
import graphOperations, { channels, graphNotFoundHandler, logSerializers, memoryStore, OutcomeUnknownError, ScanLimitError, sqliteStore, StoreFullError, StoreUnavailableError } from '../index.js'
import type { CommitBatch, OperationStore, StatusTaken, StoreCall } from '../index.js'
import { follow } from '../plugins/follow.js'
import { metricsPlugin } from '../plugins/metrics.js'
import { probesPlugin } from '../plugins/probes.js'
import { tracingPlugin } from '../plugins/tracing.js'
import { createServer } from '../server.js'
import { everything } from '../storage/query/tree.js'
import { chooseDriver } from '../storage/sqlite/driver.js'
import { makeTraced } from '../storage/traced.js'
import { calls as key, insert, open, root, unstorable } from './support/sqlite.js'
import { toUncounted } from './support/uncounted.js'

const calls = '/v1.0/communications/calls/57/operations'
const notes = '/v1.0/sites/1/onenote/operations'
const uuid = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/

type Line = Record<string, any>

/** What a logger writes, line by line. */
function makeLog (): { stream: { write: (line: string) => void }, lines: Line[] } {
  const lines: Line[] = []
  return { lines, stream: { write: (line) => { lines.push(JSON.parse(line) as Line) } } }
}

async function makeHost (t: Test, options: FastifyServerOptions = {}, store: OperationStore = memoryStore(), more: (host: FastifyInstance) => unknown = () => undefined): Promise<FastifyInstance> {
  const host = Fastify(options)
  t.teardown(async () => { await host.close() })
  await host.register(graphOperations, { prefix: '/v1.0', store, auth: 'none' })
  await more(host)
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
  t.match(failed, { level: 50, err: { type: 'Error', message: 'the file is bad', code: 'EIO', stack: /observability\.test/, cause: { message: 'a sector', cause: { type: 'string', message: 'a disk' } } } })
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
  const host = await makeHost(t, { genReqId: (() => 5) as never }, memoryStore(), (host) => host.setNotFoundHandler(graphNotFoundHandler))
  for (const url of [calls, `${calls}/none`, '/nowhere']) {
    const { headers, json } = await host.inject(url)
    t.match(headers['request-id'], uuid)
    if (url !== calls) t.equal(json().error.innerError['request-id'], headers['request-id'])
  }
})

/** Follows a channel while the test runs. */
function record<M> (t: Test, channel: Parameters<typeof follow<M>>[0]): M[] {
  const messages: M[] = []
  t.teardown(follow(channel, (message) => { messages.push(message) }))
  return messages
}

t.test('statuses and batches are told once they are acknowledged', async (t) => {
  const store = await open(t, join(t.testdir(), 'operations.db'))
  const app = await makeHost(t, {}, store)
  t.notOk(channels.store.hasSubscribers || channels.batch.hasSubscribers || channels.status.hasSubscribers, 'nobody listens yet')
  const statuses = record<StatusTaken>(t, channels.status)
  const batches = record<CommitBatch>(t, channels.batch)
  const send = async (method: 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object): Promise<number> => (await app.inject({ method, url, ...(payload && { payload }) })).statusCode

  t.equal(await send('POST', calls, { id: 'a' }), 201)
  t.equal(await send('PATCH', `${calls}/a`, { status: 'Running' }), 200)
  t.equal(await send('PATCH', `${calls}/a`, { status: 'Running', clientContext: 'x' }), 200)
  t.equal(await send('PATCH', `${calls}/a`, { status: 'Running' }), 200)
  t.equal(await send('PATCH', `${calls}/a`, { status: 'NotStarted' }), 409)
  t.equal(await send('POST', calls, { id: 'a', status: 'Failed' }), 409)
  t.equal(await send('PATCH', calls, { '@context': '#$delta', value: [{ id: 'a', status: 'Completed' }, { id: 'c', status: 'Failed' }] }), 200)
  t.equal(await send('POST', notes, { id: 'b', status: null }), 201)
  t.equal(await send('PATCH', `${notes}/b`, { status: 'NotStarted' }), 200)
  t.equal(await send('DELETE', `${calls}/a`), 204)
  await app.operations.create({ tenant: 't', owner: 'sites/1' }, { id: 'd' })
  const call = { store, tenant: 'local', owner: 'calls/57' }
  const site = { store, tenant: 'local', owner: 'sites/1' }
  const type = 'microsoft.graph.commsOperation'
  const onenote = 'microsoft.graph.onenoteOperation'
  t.strictSame(statuses, [
    { ...call, id: 'a', type, from: undefined, to: 'NotStarted' },
    { ...call, id: 'a', type, from: 'NotStarted', to: 'Running' },
    { ...call, id: 'a', type, from: 'Running', to: 'Completed' },
    { ...call, id: 'c', type, from: undefined, to: 'Failed' },
    { ...site, id: 'b', type: onenote, from: undefined, to: 'NotStarted' },
    { ...site, tenant: 't', id: 'd', type: onenote, from: undefined, to: 'NotStarted' }
  ])
  t.strictSame(batches.map(({ commits, changes }) => [commits, changes]), [[1, 1], [1, 1], [1, 1], [1, 1], [1, 2], [1, 1], [1, 1], [1, 1], [1, 1]])

  batches.length = 0
  await Promise.all(Array.from({ length: 300 }, async (_, n) => await store.commit(key, [insert(`id-${n}`)])))
  t.match(batches, [{ store, commits: 256, changes: 256, waiting: 44 }, { store, commits: 44, changes: 44, waiting: 0 }], 'what waits behind a batch is told')
  t.ok(batches.every((batch) => batch.durationMillis > 0 && !('error' in batch)))
  batches.length = 0
  await Promise.allSettled([store.commit(key, [unstorable('x')]), store.commit(key, [insert('y')])])
  t.match(batches.map(({ commits, error }) => [commits, error instanceof Error]), [[2, true], [1, true], [1, false]], 'one that failed, and what came of its mates')
})

t.test('calls of the store are told, and what is answered at once stays so', async (t) => {
  const store = await open(t, join(t.testdir(), 'operations.db'))
  const traced = makeTraced(store)
  const ask = (): unknown[] => [traced.find({ ...key, id: 'a' }), traced.list(key, everything, { limit: 5, skip: 0 }), traced.count(key), traced.changes(key, undefined, 5)]
  const isLater = (value: unknown): boolean => value instanceof Promise
  t.notOk(ask().some(isLater))
  t.match(await traced.commit(key, [insert('a')]), { committed: true })

  const events: Array<[string, StoreCall, string[]]> = []
  for (const name of ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const) {
    t.teardown(follow(channels.store[name], (call) => { events.push([name, call, Object.keys(call)]) }))
  }
  const inside = new AsyncLocalStorage<StoreCall>()
  channels.store.start.bindStore(inside)
  t.teardown(() => channels.store.start.unbindStore(inside))
  const plain = ['store', 'method', 'collection']
  t.notOk(ask().some(isLater), 'with somebody who listens')
  t.strictSame(events.map(([name, { method }, members]) => [name, method, members]), ['find', 'list', 'count', 'changes'].flatMap((method) => [['start', method, plain], ['end', method, [...plain, 'result']]]))
  t.match(events[0]?.[1], { store, collection: key, result: { id: 'a' } })
  t.notOk('id' in events[0]![1].collection)

  const namesOf = async (call: () => unknown): Promise<unknown[]> => {
    events.length = 0
    await Promise.resolve().then(call).catch(() => undefined)
    t.equal(new Set(events.map(([, call]) => call)).size, 1, 'one call')
    return events.map(([name, , members]) => [name, ...members.slice(3)])
  }
  t.strictSame(await namesOf(() => traced.commit(key, [insert('b')])), [['start'], ['end'], ['asyncStart', 'result'], ['asyncEnd', 'result']])
  t.strictSame(await namesOf(() => traced.commit(key, [unstorable('c')])), [['start'], ['end'], ['error', 'error'], ['asyncStart', 'error'], ['asyncEnd', 'error']])
  await t.rejects(async () => await traced.commit(key, [unstorable('c')]), /NOT NULL/, 'with the error of the store')
  t.equal(makeTraced({ ...store, count: () => inside.getStore()?.method === 'count' ? 1 : 0 }).count(key), 1, 'contexts of those who trace hold inside')
  await store.close()
  t.strictSame(await namesOf(() => traced.find({ ...key, id: 'a' })), [['start'], ['error', 'error'], ['end', 'error']])
  t.throws(() => traced.find({ ...key, id: 'a' }), StoreUnavailableError)
})

interface Sample { readonly name: string, readonly labels: Record<string, string>, readonly value: number }

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
function parseSamples (exposition: string): Sample[] {
  return exposition.split('\n').filter((line) => line !== '' && !line.startsWith('# ')).map((line) => {
    const [, name = '', labels = '', value] = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/i.exec(line) ?? t.bailout(`not a sample: ${line}`) as never
    return { name, labels: Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label, text])), value: Number(value) }
  })
}

t.test('metrics of a server over SQLite', async (t) => {
  const { app, issuer } = await createServer({ STORE: `sqlite:${join(t.testdir(), 'operations.db')}`, LOG_LEVEL: 'silent' })
  t.teardown(async () => { await app.close() })
  const token = await issuer!.sign({ tid: 'secret-tenant' })
  const send = async (method: string, url: string, payload?: object) => await app.inject({ method: method as 'GET', url, headers: { authorization: `Bearer ${token}` }, ...(payload && { payload }) })
  await send('POST', calls, { id: 'secret-id' })
  for (const status of ['Running', 'Completed', 'Running']) await send('PATCH', `${calls}/secret-id`, { status })
  await Promise.all(['b', 'c'].map(async (id) => await send('POST', calls, { id })))
  await send('POST', calls, { id: 'b' })
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT']) await send(method, `${calls}?$top=5`)
  await send('GET', '/secret/nowhere')
  await send('GET', '/v1.0/secret/nowhere')

  const scraped = await app.inject('/metrics')
  t.match([scraped.statusCode, scraped.headers['content-type']], [200, /^text\/plain; version=0\.0\.4; charset=utf-8$/])
  t.notMatch(scraped.body, /secret|eyJ|local|calls\/57/, 'no tenant, no id, no token')
  const samples = parseSamples(scraped.body)
  const values = (name: string, ...labels: string[]) => samples.filter((sample) => sample.name === `graph_operations_${name}`).map((sample) => [...labels.map((label) => sample.labels[label]), sample.value])
  const route = '/v1.0/communications/calls/:callId/operations'
  t.strictSame(values('http_requests_total', 'method', 'route', 'status'), [
    ['POST', route, '201', 3], ['PATCH', `${route}/:id`, '200', 2], ['PATCH', `${route}/:id`, '409', 1], ['POST', route, '409', 1], ['GET', route, '200', 1],
    ['HEAD', route, '200', 1], ['OPTIONS', route, '204', 1], ['PUT', route, '405', 1], ['GET', 'unmatched', '404', 2]
  ])
  t.strictSame(values('http_request_duration_seconds_count', 'method', 'route')[0], ['POST', route, 4])
  t.ok(values('http_request_duration_seconds_sum').every(([sum]) => Number(sum) > 0 && Number(sum) < 60), 'in seconds')
  t.strictSame(values('store_call_duration_seconds_count', 'method', 'outcome'), [['commit', 'ok', 5], ['find', 'ok', 3], ['commit', 'conflict', 1], ['list', 'ok', 2]])
  t.strictSame(values('store_pending_calls', 'method'), [['commit', 0], ['find', 0], ['list', 0]])
  t.strictSame(values('commit_batch_size_sum'), [[6]])
  t.ok(Number(values('commit_batch_duration_seconds_count')[0]) >= 5)
  const type = 'microsoft.graph.commsOperation'
  t.strictSame(values('statuses_total', 'type', 'status'), [[type, 'NotStarted', 3], [type, 'Running', 1], [type, 'Completed', 1]])
  t.ok(samples.some(({ name, value }) => name === 'process_resident_memory_bytes' && value > 1e6))
  t.strictSame(Object.keys((await app.inject('/docs/json')).json<{ paths: object }>().paths).filter((path) => path.includes('metrics')), [])
  const page = readFileSync(join(root, 'docs/observability.md'), 'utf8')
  const documented = [...page.matchAll(/^\| `(graph_operations_\w+)`/gm)].map(([, name]) => name)
  t.strictSame(documented.sort(), [...scraped.body.matchAll(/^# TYPE (graph_operations_\w+)/gm)].map(([, name]) => name).sort(), 'docs/observability.md has all of them')
  for (const { name } of [channels.store.start, channels.store.end, channels.store.asyncEnd, channels.store.error, channels.batch, channels.status]) t.ok(page.includes(`\`${String(name)}\``), String(name))

  const unasked = await makeHost(t)
  t.equal((await unasked.inject('/metrics')).statusCode, 404)
  await unasked.operations.create({ tenant: 'local', owner: 'calls/57' }, {})
  t.strictSame(parseSamples((await app.inject('/metrics')).body).filter(({ name }) => name === 'graph_operations_statuses_total').map(({ value }) => value), [3, 1, 1], 'the metrics of an application are its own')
})

t.test('metrics in a registry of the host, with what fails and what waits', async (t) => {
  const registry = new Registry()
  const thrown: unknown[] = [new StoreUnavailableError(), new StoreFullError(), new OutcomeUnknownError(), new Error('other'), undefined]
  const released: Array<() => void> = []
  const inner = memoryStore()
  const store: OperationStore = {
    ...inner,
    commit: async (collection, changes) => {
      if (thrown.length > 0) throw thrown.shift() as Error
      await new Promise<void>((resolve) => { released.push(resolve) })
      return await inner.commit(collection, changes)
    },
    count: () => { throw new ScanLimitError(5) }
  }
  const app = await makeHost(t, {}, store, async (host) => await host.register(metricsPlugin, { registry }))
  const create = async (): Promise<unknown> => await app.operations.create({ tenant: 't', owner: 'sites/1' }, {})
  for (let n = thrown.length; n > 0; n -= 1) await create().catch(() => undefined)
  t.equal((await app.inject(`${calls}/$count?$filter=id eq 'a'`)).statusCode, 400)
  const waiting = [create(), create()]
  await Promise.resolve()
  const read = async (name: string): Promise<Record<string, string | number>[]> => parseSamples(await registry.metrics()).filter((sample) => sample.name === `graph_operations_${name}`).map(({ labels, value }) => ({ ...labels, value }))
  t.strictSame(await read('store_pending_calls'), [{ method: 'commit', value: 2 }, { method: 'count', value: 0 }])
  for (const release of released) release()
  await Promise.all(waiting)
  t.strictSame(await read('store_pending_calls'), [{ method: 'commit', value: 0 }, { method: 'count', value: 0 }])
  t.strictSame(await read('store_call_duration_seconds_count'), [
    ...['unavailable', 'full', 'unknown'].map((outcome) => ({ method: 'commit', outcome, value: 1 })), { method: 'commit', outcome: 'error', value: 2 },
    { method: 'count', outcome: 'refused', value: 1 }, { method: 'commit', outcome: 'ok', value: 2 }
  ])
  channels.batch.publish({ store, commits: 1, changes: 1, waiting: 0, durationMillis: 5, error: new Error('not made') })
  t.strictSame(await read('commit_batch_size_count'), [{ value: 0 }], 'what came to nothing is no batch')
  t.equal((await app.inject('/metrics')).statusCode, 404, 'showing them is the host\'s')
  await app.close()
  t.notOk(channels.store.hasSubscribers || channels.batch.hasSubscribers || channels.status.hasSubscribers, 'and nobody listens any more')
  await t.rejects(async () => { await Fastify().register(metricsPlugin, {}) }, /operationStore/, 'it needs a store')
})

t.test('spans of OpenTelemetry', async (t) => {
  const early = await makeHost(t)
  t.notOk(channels.store.hasSubscribers, 'nobody takes spans')
  await early.close()
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  t.teardown(async () => {
    trace.disable()
    context.disable()
    await provider.shutdown()
  })
  const { system: _system, ...unnamed } = memoryStore()
  const failing: OperationStore = { ...unnamed, commit: async () => { throw new StoreFullError('there is no room') }, find: () => { throw undefined as unknown as Error } }
  const [one, two] = [await makeHost(t, {}, await sqliteStore({ file: join(t.testdir(), 'operations.db') })), await makeHost(t, {}, failing)]
  const collection = { tenant: 'secret-tenant', owner: 'sites/secret' }
  const parent = trace.getTracer('test').startSpan('request')
  await context.with(trace.setSpan(context.active(), parent), async () => {
    const { id } = await one.operations.create(collection, {})
    await one.operations.update({ ...collection, id }, { status: 'Running' })
    await two.operations.create(collection, {}).catch(() => undefined)
    await two.operations.find({ ...collection, id }).catch(() => undefined)
  })
  parent.end()
  const spans = exporter.getFinishedSpans().slice(0, -1)
  t.strictSame(spans.map(({ name }) => name), ['commit', 'find', 'commit', 'commit', 'find'].map((method) => `operations.store ${method}`), 'one for each call, whatever else runs')
  for (const { kind, parentSpanContext } of spans) t.strictSame([kind, parentSpanContext?.spanId], [SpanKind.CLIENT, parent.spanContext().spanId])
  t.strictSame(spans[0]?.attributes, { 'db.operation.name': 'commit', 'db.collection.name': 'operations', 'db.system.name': 'sqlite' })
  t.equal(spans[0]?.status.code, SpanStatusCode.UNSET)
  t.match(spans[3], { status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': 'StoreFullError' }, events: [{ name: 'exception', attributes: { 'exception.message': 'there is no room' } }] })
  t.notOk('db.system.name' in spans[3]!.attributes)
  t.match(spans[4], { status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': '_OTHER' } })
  t.notMatch(JSON.stringify(spans.map(({ name, attributes, events }) => [name, attributes, events])), /secret/)
  await one.close()
  t.ok(channels.store.hasSubscribers, 'while one application runs')
  await two.close()
  t.notOk(channels.store.hasSubscribers)
})

t.test('a host has OpenTelemetry and prom-client, or does without', async (t) => {
  const without = Fastify()
  await without.register(tracingPlugin, { load: async () => { throw Object.assign(new Error('not there'), { code: 'ERR_MODULE_NOT_FOUND' }) } })
  await without.ready()
  await without.close()
  await t.rejects(async () => { await Fastify().register(tracingPlugin, { load: async () => { throw new Error('broken') } }) }, /broken/)

  const hide = `export const resolve = async (name, context, next) => {
    if (/^(?:@opentelemetry\\/|prom-client)/.test(name)) throw Object.assign(new Error(name + ' is hidden'), { code: 'ERR_MODULE_NOT_FOUND' })
    return await next(name, context)
  }`
  const script = `
    const { register } = await import('node:module')
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hide)}))
    const hidden = await Promise.allSettled(['@opentelemetry/api', 'prom-client'].map(async (name) => await import(name)))
    const { default: Fastify } = await import('fastify')
    const { default: graphOperations, memoryStore } = await import('./index.ts')
    const app = Fastify()
    await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none' })
    const { statusCode } = await app.inject({ method: 'POST', url: '${calls}', payload: {} })
    process.stdout.write([...hidden.map(({ status }) => status), statusCode].join(' '))`
  const { stdout } = await promisify(execFile)(...toUncounted(process.execPath, '--import', 'tsx', '--input-type=module', '-e', script), { cwd: root, timeout: 30_000 })
  t.equal(stdout, 'rejected rejected 201')
})

t.test('readiness is that of the store', async (t) => {
  const dir = t.testdir()
  const file = join(dir, 'operations.db')
  const store = await open(t, file, { busyTimeoutMillis: 20 })
  let looks = 0
  let isHanging = false
  const watched: OperationStore = {
    ...store,
    check: async () => {
      looks += 1
      if (isHanging) await new Promise(() => undefined)
      await store.check?.()
    }
  }
  const { stream, lines } = makeLog()
  const app = await makeHost(t, { logger: { level: 'warn', stream } }, watched, async (host) => await host.register(probesPlugin, { drainMillis: 0, checkMillis: 200 }))
  const ask = async (probe = '/readyz'): Promise<[number, string]> => {
    const { statusCode, body } = await app.inject(probe)
    return [statusCode, body]
  }
  const ready = [200, 'ok']
  const notReady = [503, 'not ready']
  const said = (): unknown[][] => lines.splice(0).map(({ msg, err }) => [msg, err?.message])
  t.strictSame(await ask(), ready)
  lines.length = 0

  await t.test('probes at once share one look, which ends in time', async (t) => {
    looks = 0
    isHanging = true
    t.strictSame(await Promise.all([ask(), ask(), ask(), ask('/livez')]), [notReady, notReady, notReady, ready])
    t.equal(looks, 1)
    t.strictSame(await ask(), notReady)
    t.strictSame(said(), [['the store does not answer', 'the store did not answer within 200 ms']], 'the cause, once')
    isHanging = false
    t.strictSame([await ask(), await ask()], [ready, ready])
    t.strictSame(said(), [['the store answers again', undefined]])
  })

  await t.test('a file that is gone, or another one', async (t) => {
    renameSync(file, `${file}.away`)
    t.strictSame(await ask(), notReady)
    t.match(said(), [['the store does not answer', /^ENOENT/]])
    writeFileSync(file, 'another file')
    t.strictSame(await ask(), notReady)
    t.strictSame(said(), [], 'it was not ready before')
    renameSync(`${file}.away`, file)
    t.strictSame(await ask(), ready)
    renameSync(file, `${file}.away`)
    writeFileSync(file, 'another file')
    said()
    t.strictSame(await ask(), notReady)
    t.strictSame(said(), [['the store does not answer', 'there is another file where that of the store was']])
    renameSync(`${file}.away`, file)
    t.strictSame(await ask(), ready)
    said()
  })

  await t.test('after a commit that failed, a write tells', async (t) => {
    const pages = async (): Promise<number> => readFileSync(`${file}-wal`).length
    const before = await pages()
    t.strictSame(await ask(), ready)
    t.equal(await pages(), before, 'while all is well nothing is written')
    await t.rejects(async () => await store.commit(key, [unstorable('a')]))
    const { DatabaseSync } = await chooseDriver()
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    t.strictSame(await ask(), notReady)
    t.match(said()[0]?.[1], /^another process holds the file/)
    other.exec('ROLLBACK')
    t.strictSame(await ask(), ready)
    other.close()
    const after = await pages()
    t.ok(after > before, 'it was written for real')
    t.strictSame(await ask(), ready)
    t.equal(await pages(), after, 'once')
    const page = await store.changes(key, undefined, 10)
    t.strictSame([await store.count(key), page.expired || page.changes], [0, []], 'and nothing is left of it')
    said()
  })

  await t.test('a store that is closed', async (t) => {
    await store.close()
    t.strictSame([await ask(), await ask()], [notReady, notReady])
    t.strictSame(said(), [['the store does not answer', 'the store is closed']])
    t.strictSame(await ask('/livez'), ready)
  })
})

t.test('a store that has no check of its own is asked for an operation', async (t) => {
  const store = memoryStore()
  const app = await makeHost(t, {}, store, async (host) => await host.register(probesPlugin, { drainMillis: 50 }))
  t.equal((await app.inject('/readyz')).statusCode, 200)
  store.close()
  t.equal((await app.inject('/readyz')).statusCode, 503)
  const drained = app.drain()
  t.equal((await app.inject('/readyz')).statusCode, 503)
  await drained
})
