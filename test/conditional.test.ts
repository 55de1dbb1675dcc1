import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import graphOperations, { memoryStore, recommendedServerOptions } from '../index.js'
import type { OperationStore } from '../index.js'
import { addPreferenceApplied, parsePreferences } from '../routes/http/prefer.js'
import { makeApp } from './support/app.js'
import { makeStoreKinds } from './support/stores.js'

// --- preferences ---

const preferencesOf = (prefer: string | undefined) => parsePreferences({ headers: { prefer } } as unknown as FastifyRequest)
const none = { return: undefined, createIfMissing: false, continueOnError: false, maxPageSize: undefined }

t.test('preferences are read whatever is around them', async (t) => {
  const cases: Array<[string | undefined, object]> = [
    [undefined, {}], ['', {}], [',', {}], [' , ,', {}], ['respond-async, wait=5', {}], ['=minimal', {}], ['"return=minimal"', {}],
    ['return=minimal', { return: 'minimal' }], ['Return = "Minimal" ; foo=1', { return: 'minimal' }], ['return="representation"', { return: 'representation' }],
    ['return=mini"mal"', {}], ['return="mini\\mal"', { return: 'minimal' }],
    ['return=nothing, return=minimal', {}], ['return=representation, return=minimal', { return: 'representation' }],
    ['x="a, return=minimal"', {}], ['x="a\\", return=minimal', {}], ['x="a\\"b", return=minimal', { return: 'minimal' }], ['x="a\\', {}], ['a b, return=minimal', { return: 'minimal' }],
    ['create-if-missing', { createIfMissing: true }], ['Create-If-Missing=true', { createIfMissing: true }], ['create-if-missing=""', { createIfMissing: true }], ['create-if-missing=false', {}], ['create-if-missing=maybe', {}],
    ['continue-on-error', { continueOnError: true }], ['odata.continue-on-error', { continueOnError: true }], ['OData.Continue-On-Error="TRUE"', { continueOnError: true }], ['odata.continue-on-error=false, continue-on-error', {}],
    ['maxpagesize=5', { maxPageSize: 5 }], ['odata.maxpagesize="007"', { maxPageSize: 7 }], ['odata.MaxPageSize=5;x, maxpagesize=6', { maxPageSize: 5 }],
    ['maxpagesize', {}], ['maxpagesize=0', {}], ['maxpagesize=-1', {}], ['maxpagesize=1.5', {}], ['maxpagesize=1e3', {}], [`maxpagesize=${'9'.repeat(400)}`, { maxPageSize: Number.MAX_SAFE_INTEGER }],
    ['return=minimal; foo="some, parameter";bar, create-if-missing , odata.maxpagesize=2', { return: 'minimal', createIfMissing: true, maxPageSize: 2 }]
  ]
  for (const [header, expected] of cases) t.strictSame(preferencesOf(header), { ...none, ...expected }, String(header))
})

t.test('no preference takes long to read', async (t) => {
  for (const header of [' '.repeat(16_000), `a${' '.repeat(16_000)}b`, `a=${' '.repeat(16_000)}b`, '"\\'.repeat(8_000), '\\"'.repeat(8_000), 'a="'.repeat(5_000), ',"'.repeat(8_000), ';'.repeat(16_000), `return=minimal;${'"'.repeat(15_999)}`]) {
    // the best of some tries: the machine may be busy with something else
    const millis = [1, 2, 3].map(() => {
      const start = performance.now()
      preferencesOf(header)
      return performance.now() - start
    })
    t.ok(Math.min(...millis) < 50, header.slice(0, 10))
  }
})

t.test('preferences that were followed are listed together', async (t) => {
  const headers = new Map<string, string>()
  const reply = { getHeader: (name: string) => headers.get(name), header: (name: string, value: string) => headers.set(name, value) } as unknown as FastifyReply
  addPreferenceApplied(reply, 'return=minimal')
  t.equal(headers.get('preference-applied'), 'return=minimal')
  addPreferenceApplied(reply, 'odata.maxpagesize=5')
  t.equal(headers.get('preference-applied'), 'return=minimal, odata.maxpagesize=5')
})

// --- conditional requests over HTTP, on every store ---

const calls = '/v1.0/communications/calls/57/operations'
const notes = '/v1.0/sites/s/onenote/operations'

const stores = Object.entries(makeStoreKinds(t))

/** An application with what tests ask it: status, code and target of an answer beside it. */
async function setUp (t: Test, options: Parameters<typeof makeApp>[1] = {}) {
  const app = await makeApp(t, options)
  const send = async (method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object, headers: Record<string, string> = {}) => {
    const answer = await app.inject({ method, url, headers, ...(payload && { payload }) })
    const body = answer.headers['content-type']?.toString().startsWith('application/json') === true && answer.body !== '' ? answer.json() : {}
    return { status: answer.statusCode, headers: answer.headers, text: answer.body, body, etag: String(answer.headers.etag), code: body.error?.code, target: body.error?.target }
  }
  return { app, send }
}

for (const [name, makeStore] of stores) {
  t.test(`${name}: a read of a known state sends nothing again`, async (t) => {
    const { send } = await setUp(t, { store: await makeStore(t) })
    const { etag } = await send('POST', calls, { id: 'a' })
    const whole = await send('GET', `${calls}/a`)
    for (const header of [etag, etag.slice(2), `"x", ${etag}`, `W/"x",${etag} `, '*']) {
      for (const method of ['GET', 'HEAD'] as const) {
        for (const url of [`${calls}/a`, `${calls}('a')`]) {
          const answer = await send(method, url, undefined, { 'if-none-match': header })
          t.equal(answer.status, 304, `${method} ${header}`)
          t.equal(answer.text, '')
          t.equal(answer.etag, etag)
          for (const common of ['request-id', 'client-request-id', 'odata-version', 'cache-control']) t.ok(answer.headers[common], common)
          t.equal(answer.headers['cache-control'], whole.headers['cache-control'])
          t.equal(answer.headers['content-type'], undefined)
          t.equal(answer.headers.vary, whole.headers.vary, 'what the whole answer depends on')
        }
      }
    }
    const other = await send('GET', `${calls}/a`, undefined, { 'if-none-match': 'W/"x"' })
    t.equal(other.status, 200)
    t.strictSame(other.body, whole.body)
    t.equal((await send('GET', `${calls}/none`, undefined, { 'if-none-match': '*' })).status, 404)
    for (const header of ['', 'x', '*, "a"', 'W/x']) {
      const refused = await send('GET', `${calls}/a`, undefined, { 'if-none-match': header })
      t.strictSame([refused.status, refused.target], [400, 'If-None-Match'], header)
    }
    t.equal((await send('GET', calls, undefined, { 'if-none-match': '*' })).status, 200, 'a list has no entity tag')
  })

  t.test(`${name}: a read may ask for a version, which comes before what is known`, async (t) => {
    const { send } = await setUp(t, { store: await makeStore(t) })
    const { etag } = await send('POST', calls, { id: 'a' })
    t.equal((await send('GET', `${calls}/a`, undefined, { 'if-match': etag })).status, 200)
    t.equal((await send('GET', `${calls}/a`, undefined, { 'if-match': etag, 'if-none-match': etag })).status, 304)
    t.equal((await send('GET', `${calls}/a`, undefined, { 'if-match': '"x"', 'if-none-match': etag })).status, 412)
    t.equal((await send('GET', `${calls}/none`, undefined, { 'if-match': '*' })).status, 412)
  })

  t.test(`${name}: a change of a state that If-None-Match excludes is refused`, async (t) => {
    const { send } = await setUp(t, { store: await makeStore(t) })
    const { etag } = await send('POST', calls, { id: 'a' })
    for (const header of [etag, `"x", ${etag.slice(2)}`, '*']) {
      for (const [method, url] of [['PATCH', `${calls}/a`], ['PATCH', calls], ['DELETE', `${calls}/a`]] as const) {
        const answer = await send(method, url, method === 'PATCH' ? { x: 1 } : undefined, { 'if-none-match': header })
        t.strictSame([answer.status, answer.code], [412, 'resourceModified'], `${method} ${url} ${header}`)
      }
    }
    t.equal((await send('GET', `${calls}/a`)).etag, etag)
    t.equal((await send('PATCH', `${calls}/a`, {}, { 'if-none-match': 'W/"x"' })).status, 200)
    t.equal((await send('PATCH', `${calls}/a`, {}, { 'if-match': etag, 'if-none-match': 'W/"x"' })).status, 200)
    t.equal((await send('PATCH', `${calls}/a`, {}, { 'if-match': 'W/"x"', 'if-none-match': 'W/"y"' })).status, 412)
    t.equal((await send('PATCH', `${calls}/none`, {}, { 'if-none-match': 'W/"x"' })).status, 404, 'a list of versions does not ask for a create')
    t.equal((await send('DELETE', `${calls}/none`, undefined, { 'if-none-match': '*' })).status, 404)
    t.equal((await send('DELETE', `${calls}/a`, undefined, { 'if-none-match': 'W/"x"' })).status, 204)
  })

  t.test(`${name}: conditions of a create are about the operation that has the id`, async (t) => {
    const { send } = await setUp(t, { store: await makeStore(t) })
    const { etag } = await send('POST', calls, { id: 'a' })
    const post = async (payload: object, headers: Record<string, string>) => {
      const { status, code } = await send('POST', calls, payload, headers)
      return [status, code]
    }
    t.strictSame(await post({ id: 'a' }, { 'if-none-match': '*' }), [412, 'resourceModified'])
    t.strictSame(await post({ id: 'a' }, { 'if-none-match': etag }), [412, 'resourceModified'])
    t.strictSame(await post({ id: 'a' }, { 'if-none-match': 'W/"x"' }), [409, 'nameAlreadyExists'])
    t.strictSame(await post({ id: 'a' }, { 'if-match': etag }), [409, 'nameAlreadyExists'])
    t.strictSame(await post({ id: 'a' }, { 'if-match': '*' }), [409, 'nameAlreadyExists'])
    t.strictSame(await post({ id: 'b' }, { 'if-match': '*' }), [412, 'resourceModified'])
    t.strictSame(await post({ id: 'b' }, { 'if-match': etag }), [412, 'resourceModified'])
    t.strictSame(await post({}, { 'if-match': '*' }), [412, 'resourceModified'])
    t.strictSame(await post({ id: 'b', status: 'x' }, { 'if-match': '*' }), [400, 'invalidRequest'], 'what is wrong is said first')
    t.strictSame(await post({ id: 'b' }, { 'if-none-match': 'x' }), [400, 'invalidRequest'])
    t.equal((await send('GET', `${calls}/$count`)).text, '1')
    t.strictSame(await post({ id: 'b' }, { 'if-none-match': '*' }), [201, undefined])
    t.strictSame(await post({}, { 'if-none-match': '*' }), [201, undefined])
  })

  t.test(`${name}: of 64 creates of one id at once one succeeds, and the others are told why they do not`, async (t) => {
    const { send } = await setUp(t, { store: await makeStore(t) })
    const post = async (id: string, headers = {}) => (await Promise.all(Array.from({ length: 64 }, async () => (await send('POST', calls, { id }, headers)).status))).sort()
    t.strictSame(await post('a', { 'if-none-match': '*' }), [201, ...Array<number>(63).fill(412)])
    t.strictSame(await post('b'), [201, ...Array<number>(63).fill(409)])
  })

  t.test(`${name}: of 64 changes of one version at once one succeeds`, async (t) => {
    const { send } = await setUp(t, { store: await makeStore(t) })
    const { etag } = await send('POST', calls, { id: 'a' })
    const statuses = await Promise.all(Array.from({ length: 64 }, async (_, n) => (await send(n % 4 === 3 ? 'DELETE' : 'PATCH', `${calls}/a`, n % 4 === 3 ? undefined : { n }, { 'if-match': etag })).status))
    t.equal(statuses.filter((status) => status < 300).length, 1)
    t.equal(statuses.filter((status) => status === 412).length, 63)
  })

  t.test(`${name}: an update of what is not there creates only where it is asked to`, async (t) => {
    const { send } = await setUp(t, { store: await makeStore(t) })
    t.equal((await send('PATCH', `${notes}/a`, { status: 'Running' })).status, 404)
    t.equal((await send('PATCH', `${notes}/a`, {}, { 'if-match': '*' })).status, 412)
    t.equal((await send('PATCH', `${notes}/a`, {}, { 'if-match': '*', prefer: 'create-if-missing' })).status, 412)
    t.equal((await send('GET', `${notes}/$count`)).text, '0')

    const created = await send('PATCH', `${notes}/a`, { createdDateTime: '2016-12-31T23:57:10.8757278+03:00', percentComplete: '1' }, { 'if-none-match': '*' })
    t.equal(created.status, 201)
    t.equal(created.headers.location, `http://localhost:80${notes}/a`)
    t.match(created.body, { id: 'a', status: 'NotStarted', createdDateTime: '2016-12-31T23:57:10.8757278+03:00', lastActionDateTime: '2016-12-31T23:57:10.8757278+03:00', percentComplete: '1', error: null })
    t.equal(created.headers['preference-applied'], undefined)
    t.equal(created.etag, (await send('GET', `${notes}/a`)).etag)
    t.equal((await send('PATCH', `${notes}/a`, {}, { 'if-none-match': '*' })).status, 412)
    t.equal((await send('PATCH', `${notes}/a`, {}, { 'if-none-match': '*', prefer: 'create-if-missing' })).status, 412)

    const updated = await send('PATCH', `${notes}/a`, { status: 'Running', createdDateTime: '2000-01-01T00:00:00Z' }, { prefer: 'create-if-missing' })
    t.strictSame([updated.status, updated.headers['preference-applied'], updated.headers.location], [200, 'create-if-missing', undefined])
    t.match(updated.body, { status: 'Running', percentComplete: '1', createdDateTime: '2016-12-31T23:57:10.8757278+03:00' })
    t.equal((await send('PATCH', `${notes}/a`, { status: 'NotStarted' }, { prefer: 'create-if-missing' })).status, 409)

    const minimal = await send('PATCH', `${notes}('b')`, { id: 'b' }, { prefer: 'create-if-missing, return=minimal' })
    t.strictSame([minimal.status, minimal.text, minimal.headers['preference-applied']], [204, '', 'create-if-missing, return=minimal'])
    t.equal(minimal.headers['odata-entityid'], `http://localhost:80${notes}/b`)
    t.equal(minimal.headers.location, minimal.headers['odata-entityid'])
    t.equal(minimal.etag, (await send('GET', `${notes}/b`)).etag)
    const again = await send('PATCH', `${notes}/b`, {}, { prefer: 'create-if-missing, return=minimal' })
    t.strictSame([again.status, again.etag, again.headers.location, again.headers['odata-entityid']], [204, minimal.etag, undefined, undefined])

    t.equal((await send('PATCH', `${notes}/c`, { id: 'd' }, { prefer: 'create-if-missing' })).target, 'id')
    const derived = await send('PATCH', `${calls}/a`, { '@odata.type': '#microsoft.graph.recordOperation' }, { prefer: 'create-if-missing' })
    t.equal(derived.body['@odata.type'], '#microsoft.graph.recordOperation')
    t.match(derived.body['@odata.context'], /recordOperation\/\$entity$/)
  })

  t.test(`${name}: what an upsert creates is refused as a create of it is`, async (t) => {
    const { send } = await setUp(t, { store: await makeStore(t) })
    const bodies: Array<[url: string, body: object]> = [
      [calls, { resultInfo: { code: 200 } }], [calls, { resultInfo: {} }], [calls, { status: null }], [calls, { status: 'x' }],
      [calls, { '@odata.type': '#microsoft.graph.inviteParticipantsOperation', participants: [{}] }], [calls, { '@odata.type': '#microsoft.graph.entity' }],
      [calls, Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`m${n}`, 1]))], [notes, { unknown: 1 }], [notes, { percentComplete: 5 }], [notes, { '@odata.type': '#microsoft.graph.operation' }]
    ]
    for (const [url, body] of bodies) {
      const posted = await send('POST', url, { ...body, id: 'x' })
      t.equal(posted.status, 400, JSON.stringify(body).slice(0, 80))
      for (const headers of [{ prefer: 'create-if-missing' }, { 'if-none-match': '*' }]) {
        const patched = await send('PATCH', `${url}/x`, body, headers)
        const { innerError: _patched, ...said } = patched.body.error
        const { innerError: _posted, ...expected } = posted.body.error
        t.equal(patched.status, 400)
        t.strictSame(said, expected)
      }
    }
    t.equal((await send('PATCH', `${calls}/..%2f`, {}, { prefer: 'create-if-missing' })).status, 400)
  })

  t.test(`${name}: an upsert addressed to the collection`, async (t) => {
    const { send } = await setUp(t, { store: await makeStore(t) })
    const created = await send('PATCH', notes, { id: 'a' }, { prefer: 'create-if-missing' })
    t.strictSame([created.status, created.headers.location, created.headers['content-location']], [201, `http://localhost:80${notes}/a`, `http://localhost:80${notes}/a`])
    t.equal((await send('PATCH', notes, { id: 'a', status: 'Running' }, { prefer: 'create-if-missing' })).status, 200)
    t.equal((await send('PATCH', notes, { id: 'a' }, { 'if-none-match': '*' })).status, 412)
    t.equal((await send('PATCH', notes, { id: 'b' })).status, 404)
    const only = await send('PATCH', notes, { percentComplete: '5' }, { prefer: 'create-if-missing' })
    t.strictSame([only.status, only.body.id, only.headers['preference-applied']], [200, 'a', 'create-if-missing'])
    t.equal((await send('PATCH', notes, {}, { 'if-none-match': '*' })).status, 412)
    t.equal((await send('PATCH', notes, { id: 'b' }, { 'if-none-match': '*' })).status, 201)
    t.equal((await send('PATCH', notes, {}, { prefer: 'create-if-missing' })).status, 400, 'several, and none is named')
    t.equal((await send('PATCH', calls, {}, { prefer: 'create-if-missing' })).status, 404, 'without an id there is nothing to create')
  })

  t.test(`${name}: 64 upserts of one operation at once all succeed, one of them by creating it`, async (t) => {
    const { send } = await setUp(t, { store: await makeStore(t) })
    const answers = await Promise.all(Array.from({ length: 64 }, async (_, n) => await send('PATCH', n % 2 === 0 ? `${calls}/a` : calls, { id: 'a', [`m${n}`]: n }, { prefer: 'create-if-missing' })))
    t.strictSame(answers.map(({ status }) => status).sort(), [...Array<number>(63).fill(200), 201])
    const { body } = await send('GET', `${calls}/a`)
    for (let n = 0; n < 64; n += 1) t.equal(body[`m${n}`], n)
    const onlyNew = await Promise.all(Array.from({ length: 64 }, async () => (await send('PATCH', `${calls}/b`, {}, { 'if-none-match': '*' })).status))
    t.strictSame(onlyNew.sort(), [201, ...Array<number>(63).fill(412)])
  })

  t.test(`${name}: a version does not come back to life with its id`, async (t) => {
    const { send } = await setUp(t, { store: await makeStore(t) })
    const payload = { id: 'a', createdDateTime: '2016-12-31T23:57:10Z', lastActionDateTime: '2016-12-31T23:57:10Z' }
    const seen = new Set<string>()
    for (const create of [['POST', notes, {}], ['PATCH', `${notes}/a`, { prefer: 'create-if-missing' }], ['PATCH', notes, { 'if-none-match': '*' }]] as const) {
      const { etag, status } = await send(create[0], create[1], payload, create[2])
      t.equal(status, 201)
      t.notOk(seen.has(etag))
      for (const old of seen) {
        t.equal((await send('PATCH', `${notes}/a`, { status: 'Running' }, { 'if-match': old })).status, 412)
        t.equal((await send('DELETE', `${notes}/a`, undefined, { 'if-match': old })).status, 412)
        t.equal((await send('GET', `${notes}/a`, undefined, { 'if-none-match': old })).status, 200)
      }
      seen.add(etag)
      t.equal((await send('DELETE', `${notes}/a`, undefined, { 'if-match': etag })).status, 204)
      t.equal((await send('PATCH', `${notes}/a`, {}, { 'if-match': etag, prefer: 'create-if-missing' })).status, 412)
    }
  })
}

t.test('every answer with or about a state has its entity tag', async (t) => {
  const { send } = await setUp(t)
  const minimal = { prefer: 'return=minimal' }
  const answers = [
    await send('POST', calls, { id: 'a' }), await send('POST', calls, { id: 'b' }, minimal), await send('GET', `${calls}/a`), await send('HEAD', `${calls}/a`),
    await send('PATCH', `${calls}/a`, { x: 1 }), await send('PATCH', `${calls}/a`, { x: 2 }, minimal), await send('PATCH', calls, { id: 'a', x: 3 }), await send('PATCH', calls, { id: 'a', x: 4 }, minimal)
  ]
  t.strictSame(answers.map(({ status }) => status), [201, 204, 200, 200, 200, 204, 200, 204])
  for (const { etag, body } of answers) {
    t.match(etag, /^W\/"[\w-]{16}"$/)
    t.equal(body['@odata.etag'] ?? etag, etag)
  }
})

t.test('a mount that requires If-Match', async (t) => {
  const { app, send } = await setUp(t, { requireIfMatch: true })
  const { etag } = await send('POST', calls, { id: 'a' })
  for (const [method, url, payload, headers] of [
    ['PATCH', `${calls}/a`, { x: 1 }, {}], ['PATCH', calls, { id: 'a', x: 1 }, {}], ['PATCH', calls, { x: 1 }, {}], ['DELETE', `${calls}/a`, undefined, {}],
    ['PATCH', `${calls}/a`, { x: 1 }, { prefer: 'create-if-missing' }], ['PATCH', `${calls}/none`, { x: 1 }, {}], ['DELETE', `${calls}/none`, undefined, {}], ['PATCH', `${calls}/a`, { x: 1 }, { 'if-none-match': '"x"' }]
  ] as const) {
    const answer = await send(method, url, payload, headers)
    t.strictSame([answer.status, answer.code, answer.target], [428, 'preconditionRequired', 'If-Match'], `${method} ${url}`)
  }
  t.equal((await send('PATCH', `${calls}/a`, { status: 'x' })).status, 400, 'what is wrong is said first')
  t.equal((await send('PATCH', `${calls}/b`, {}, { 'if-none-match': '*' })).status, 201)
  t.equal((await send('PATCH', `${calls}/b`, {}, { 'if-none-match': '*' })).status, 412)
  t.equal((await send('PATCH', `${calls}/a`, { x: 1 }, { 'if-match': etag })).status, 200)
  t.equal((await send('PATCH', `${calls}/a`, { x: 2 }, { 'if-match': '*' })).status, 200)
  await app.operations.update({ tenant: 'local', owner: 'calls/57', id: 'a' }, { x: 3 })
  await app.operations.remove({ tenant: 'local', owner: 'calls/57', id: 'b' })
  t.equal((await send('DELETE', `${calls}/a`, undefined, { 'if-match': '*' })).status, 204)
})

t.test('each mount of an application has its own word on If-Match, and says so in its document', async (t) => {
  const app = Fastify({ ...recommendedServerOptions })
  t.teardown(async () => { await app.close() })
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Host', version: '1' } } })
  await app.register(graphOperations, { prefix: '/strict', store: memoryStore(), auth: 'none', requireIfMatch: true })
  await app.register(graphOperations, { prefix: '/free', auth: 'none' })
  await app.inject({ method: 'POST', url: '/free/app/calls/1/operations', payload: { id: 'a' } })
  t.equal((await app.inject({ method: 'PATCH', url: '/strict/app/calls/1/operations/a', payload: {} })).statusCode, 428)
  t.equal((await app.inject({ method: 'PATCH', url: '/free/app/calls/1/operations/a', payload: {} })).statusCode, 200)
  const { paths } = app.swagger() as unknown as { paths: Record<string, Record<string, { responses: Record<string, object> }>> }
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, { responses }] of Object.entries(item)) {
      t.equal('428' in responses, path.startsWith('/strict') && ['patch', 'delete'].includes(method), `${method} ${path}`)
      t.equal('304' in responses, method === 'get' && path.endsWith('{id}'))
      if (path.endsWith('{id}')) t.ok(responses['412'])
    }
  }
  await t.rejects(async () => await Fastify().register(graphOperations, { store: memoryStore(), auth: 'none', requireIfMatch: 'yes' as unknown as boolean }), { code: 'OPS_ERR_OPTION' })
})

t.test('a create that loses its race to another process is told what its condition makes of it', async (t) => {
  const inner = memoryStore()
  const store = { ...inner, find: () => undefined }
  const { send } = await setUp(t, { store })
  await send('POST', calls, { id: 'a' })
  t.equal((await send('POST', calls, { id: 'a' }, { 'if-none-match': '*' })).status, 412)
  t.equal((await send('POST', calls, { id: 'a' }, { 'if-none-match': 'W/"x"' })).status, 409)
})

t.test('an upsert that loses its race to another process is an update, and one that must create is refused', async (t) => {
  for (const [headers, status] of [[{ prefer: 'create-if-missing' }, 200], [{ 'if-none-match': '*' }, 412]] as const) {
    const inner = memoryStore()
    const rival = await setUp(t, { store: inner })
    let isFirst = true
    const store: OperationStore = {
      ...inner,
      async commit (collection, changes) {
        if (isFirst) await rival.send('POST', calls, { id: 'a', theirs: 1 })
        isFirst = false
        return await inner.commit(collection, changes)
      },
      close: () => undefined
    }
    const { send } = await setUp(t, { store })
    t.equal((await send('PATCH', `${calls}/a`, { mine: 1 }, headers)).status, status)
    t.match((await send('GET', `${calls}/a`)).body, { theirs: 1, ...(status === 200 && { mine: 1 }) })
  }
})

t.test('a removal whose version is another by now reads again', async (t) => {
  const inner = memoryStore()
  const rival = await setUp(t, { store: inner })
  await rival.send('POST', calls, { id: 'a' })
  let commits = 0
  const store: OperationStore = {
    ...inner,
    async commit (collection, changes) {
      commits += 1
      if (commits === 1) await rival.send('PATCH', `${calls}/a`, { theirs: 1 })
      return await inner.commit(collection, changes)
    },
    close: () => undefined
  }
  const { send } = await setUp(t, { store })
  t.equal((await send('DELETE', `${calls}/a`, undefined, { 'if-none-match': 'W/"x"' })).status, 204)
  t.equal(commits, 2)
})

t.test('the doors create what is missing where they are told to', async (t) => {
  const { app } = await setUp(t)
  const key = { tenant: 'local', owner: 'calls/57', id: 'a' }
  await t.rejects(app.operations.update(key, { x: 1 }), { code: 'itemNotFound' })
  await t.rejects(app.operations.update(key, { x: 1 }, { createIfMissing: false }), { code: 'itemNotFound' })
  await t.rejects(app.operations.update(key, { x: 1 }, { createIfMissing: true, ifVersion: 'x' }), { code: 'resourceModified' })
  await t.rejects(app.operations.update({ ...key, id: 'a/b' }, { x: 1 }, { createIfMissing: true }), { code: 'invalidRequest', target: 'id' })
  const { value, version } = await app.operations.update(key, { x: 1 }, { createIfMissing: true })
  t.match(value, { id: 'a', x: 1, status: 'NotStarted' })
  t.match((await app.operations.update(key, { y: 1 }, { createIfMissing: true, ifVersion: version })).value, { x: 1, y: 1 })
})
