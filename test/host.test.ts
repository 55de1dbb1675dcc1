import Fastify from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import graphOperations, { dateTimeOffset, Entity, entity, enumeration, extend, memoryStore, nullable, Operation, recommendedServerOptions, text } from '../index.js'
import type { CollectionDefinition, GraphOperationsOptions, OperationRecord } from '../index.js'

const calls = '/v1.0/communications/calls/57/operations'
const permissions = { application: { read: ['Jobs.Read.All'], write: ['Jobs.ReadWrite.All'] } }

async function makeHost (t: Test, options: FastifyServerOptions = {}): Promise<FastifyInstance> {
  const host = Fastify({ ...recommendedServerOptions, ...options }) as unknown as FastifyInstance
  t.teardown(async () => { await host.close() })
  return host
}

const plain = { prefix: '/v1.0', auth: 'none' } as const

t.test('whatever Ajv options the host has, our bodies are not changed and its own behave as before', async (t) => {
  for (const customOptions of [{}, { coerceTypes: 'array', removeAdditional: 'all', useDefaults: true }] as const) {
    const host = await makeHost(t, { ajv: { customOptions } })
    host.post('/own', { schema: { body: { type: 'object', properties: { n: { type: 'string' } }, additionalProperties: false } } }, async ({ body }) => body)
    const before = (await host.inject({ method: 'POST', url: '/own', payload: { n: 5, x: 1 } })).body
    t.equal(before, '{"n":"5"}')

    const withPlugin = await makeHost(t, { ajv: { customOptions } })
    withPlugin.post('/own', { schema: { body: { type: 'object', properties: { n: { type: 'string' } }, additionalProperties: false } } }, async ({ body }) => body)
    await withPlugin.register(graphOperations, { ...plain, store: memoryStore() })
    t.equal((await withPlugin.inject({ method: 'POST', url: '/own', payload: { n: 5, x: 1 } })).body, before)
    t.equal((await withPlugin.inject({ method: 'POST', url: calls, payload: { clientContext: 5 } })).statusCode, 400)
    t.equal((await withPlugin.inject({ method: 'POST', url: calls, payload: { clientContext: null, extra: [5] } })).json().extra[0], 5)
    t.equal((await withPlugin.inject({ url: `${calls}?$search=x` })).statusCode, 400)
  }
})

t.test('the host keeps its error handler, serializer, parsers, validator, schemas, routes and 404', async (t) => {
  const host = await makeHost(t, { exposeHeadRoutes: false })
  host.setErrorHandler((error, _request, reply) => { void reply.code(418).send({ host: (error as Error).message }) })
  host.setNotFoundHandler((_request, reply) => { void reply.code(404).send({ host: 'not found' }) })
  host.setReplySerializer((payload) => `host:${JSON.stringify(payload)}`)
  host.setValidatorCompiler(() => () => ({ value: { replaced: true } }))
  host.addContentTypeParser('*', (_request, _payload, done) => { done(null, { greedy: true }) })
  host.addContentTypeParser(/json/, (_request, _payload, done) => { done(null, { greedy: true }) })
  host.addSchema({ $id: 'own', type: 'object' })
  host.get('/fail', async () => { throw new Error('host failed') })
  host.get('/v1.0/own', async () => ({ own: true }))
  host.post('/echo', async ({ body }) => body)
  await host.register(graphOperations, { ...plain, store: memoryStore() })

  t.equal((await host.inject({ url: '/fail' })).statusCode, 418)
  t.match((await host.inject({ url: '/v1.0/own' })).body, 'host:{"own":true}')
  t.equal((await host.inject({ url: '/nothing' })).json().host, 'not found')
  t.match((await host.inject({ method: 'POST', url: '/echo', payload: '{}', headers: { 'content-type': 'application/xml' } })).body, 'host:{"greedy":true}')
  t.strictSame(Object.keys(host.getSchemas()), ['own'])
  t.equal((await host.inject({ url: '/v1.0/own', headers: {} })).headers['odata-version'], undefined)

  const created = await host.inject({ method: 'POST', url: calls, payload: { id: 'a', clientContext: 'x' } })
  t.equal(created.statusCode, 201)
  t.equal(created.json().clientContext, 'x')
  t.equal((await host.inject({ method: 'POST', url: calls, payload: { clientContext: 5 } })).json().error.code, 'invalidRequest')
  for (const type of ['text/plain', 'application/json2', 'application/vnd.x+json']) {
    t.equal((await host.inject({ method: 'POST', url: calls, payload: '{}', headers: { 'content-type': type } })).statusCode, 415, type)
  }
  t.equal((await host.inject({ method: 'HEAD', url: `${calls}/a` })).statusCode, 200, 'HEAD is there though the host exposes none')
  t.equal((await host.inject({ method: 'HEAD', url: '/v1.0/own' })).statusCode, 404)
})

t.test('hooks of the host run on our routes and see the caller', async (t) => {
  const host = await makeHost(t)
  const seen: unknown[] = []
  host.addHook('onResponse', async ({ operationsPrincipal }) => { seen.push(operationsPrincipal?.subject) })
  await host.register(graphOperations, { ...plain, store: memoryStore() })
  await host.inject({ url: calls })
  t.strictSame(seen, ['local'])
})

t.test('below the prefix of an enclosing scope links are what clients see', async (t) => {
  const host = await makeHost(t)
  await host.register(async (scope) => { await scope.register(graphOperations, { ...plain, store: memoryStore() }) }, { prefix: '/api' })
  const created = await host.inject({ method: 'POST', url: `/api${calls}`, payload: { id: 'a' } })
  t.equal(created.headers.location, `http://localhost:80/api${calls}/a`)
  t.equal((await host.inject({ url: created.headers.location! })).statusCode, 200)
  t.match(created.json()['@odata.context'], 'http://localhost:80/api/v1.0/$metadata#')
})

t.test('when a hook of the host fails the answer is in our envelope, ids and all, and so is the log', async (t) => {
  const lines: string[] = []
  const host = await makeHost(t, { logger: { level: 'error', stream: { write: (line: string) => { lines.push(line) } } } })
  host.addHook('onRequest', async ({ headers }) => {
    if (headers['x-fail'] !== undefined) throw Object.assign(new Error('secret'), { statusCode: Number(headers['x-fail']) })
  })
  await host.register(graphOperations, { ...plain, store: memoryStore() })
  for (const [status, code] of [['500', 'generalException'], ['429', 'activityLimitReached'], ['503', 'serviceNotAvailable']] as const) {
    const answer = await host.inject({ url: calls, headers: { 'x-fail': status } })
    t.equal(answer.statusCode, Number(status))
    t.equal(answer.json().error.code, code)
    t.match(answer.headers['request-id'], /^[0-9a-f-]{36}$/)
    t.equal(answer.json().error.innerError['request-id'], answer.headers['request-id'])
    if (status === '500') t.ok(lines.some((line) => line.includes(String(answer.headers['request-id'])) && line.includes('secret')), 'the log has the id and the cause')
  }
})

t.test('versions of a host\'s own store are entity tags as they are', async (t) => {
  const host = await makeHost(t)
  const store = memoryStore()
  const named = (record: OperationRecord | undefined): OperationRecord | undefined => record && { ...record, value: record.value, version: `${record.id}:1/\\` }
  await host.register(graphOperations, { ...plain, store: { ...store, find: async (key) => named(await store.find(key)) } })
  await host.inject({ method: 'POST', url: '/v1.0/me/onenote/operations', payload: { id: 'a' } })
  const { headers, body } = await host.inject({ url: '/v1.0/me/onenote/operations/a' })
  t.equal(headers.etag, 'W/"a:1/\\"')
  t.equal((JSON.parse(body) as { '@odata.etag': string })['@odata.etag'], headers.etag)
})

t.test('whatever a host\'s functions throw, and when, nobody gets in by it', async (t) => {
   
  const raise = (reason: unknown): never => { throw reason }
  for (const reason of [undefined, null, 0, '', false, 'no', new Error('no')]) {
    for (const fail of [() => raise(reason), async () => raise(reason)]) {
      for (const options of [{ auth: fail }, { auth: () => ({ tenant: 't', subject: 's' }), authorize: fail }]) {
        const host = await makeHost(t)
        await host.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), ...options })
        const { statusCode, body } = await host.inject({ url: '/v1.0/me/onenote/operations' })
        t.match([statusCode, JSON.parse(body)], [500, { error: { code: 'generalException' } }], `${String(reason)}, ${fail.constructor.name}, ${Object.keys(options).join()}`)
      }
    }
  }
})

t.test('what a host keeps below a user is the user\'s own, and only the user has aliases', async (t) => {
  const host = await makeHost(t)
  const Task = extend(Operation, 'contoso.taskOperation', {}, { description: 'A task.' })
  const delegated = { delegated: { read: ['Tasks.Read', 'Tasks.Read.All'], write: ['Tasks.ReadWrite'] } }
  await host.register(graphOperations, {
    prefix: '/v1.0',
    store: memoryStore(),
    auth: () => ({ tenant: 't', subject: 'u1', aliases: ['u1@x'], scopes: ['Tasks.Read', 'Tasks.ReadWrite'] }),
    collections: [
      { path: '/me/tasks/operations', owner: 'users/{me}/tasks', type: Task, permissions: delegated },
      { path: '/users/{userId}/lists/{listId}/operations', owner: 'users/{userId}/lists/{listId}', type: Task, permissions: delegated }
    ]
  })
  const status = async (url: string) => (await host.inject({ url })).statusCode
  t.equal(await status('/v1.0/me/tasks/operations'), 200)
  t.equal(await status('/v1.0/users/U1@X/lists/1/operations'), 200)
  t.equal(await status('/v1.0/users/u2/lists/u1@x/operations'), 403)
  const refused = await host.inject({ url: '/v1.0/users/u2/lists/1/operations' })
  t.match(refused.json().error.message, /it needs one of Tasks\.Read\.All$/, 'only what the caller lacks is named')
  await host.inject({ method: 'POST', url: '/v1.0/users/u1/lists/u1@x/operations', payload: { id: 'a' } })
  t.equal(await host.operationStore.count({ tenant: 't', owner: 'users/u1/lists/u1@x' }), 1, 'an alias elsewhere is a name like any other')
})

t.test('a status of the host\'s own moves by the host\'s own rules', async (t) => {
  const host = await makeHost(t)
  const Stage = enumeration('contoso.stage', { Queued: 0, Done: 1 }, { description: 'A stage.' })
  const Job = extend(Entity, 'contoso.job', { status: nullable(Stage, { description: 'Where it stands.' }) }, { description: 'A job.' })
  await host.register(graphOperations, { ...plain, store: memoryStore(), collections: [{ path: '/{realmId}/jobs/operations', owner: 'realms/{realmId}/jobs', type: Job, permissions }] })
  const url = '/v1.0/r/jobs/operations'
  t.equal((await host.inject({ method: 'POST', url, payload: { id: 'a' } })).json().status, null)
  for (const status of ['Done', 'Queued', null]) t.equal((await host.inject({ method: 'PATCH', url, payload: { status } })).json().status, status)
})

t.test('two mounts share the store', async (t) => {
  const host = await makeHost(t)
  const store = memoryStore()
  await host.register(graphOperations, { ...plain, store })
  await host.register(graphOperations, { ...plain, prefix: '/beta' })
  await host.register(graphOperations, { ...plain, prefix: '/again', store })
  await host.inject({ method: 'POST', url: calls, payload: { id: 'a' } })
  t.equal((await host.inject({ url: calls.replace('v1.0', 'beta') })).json().value[0].id, 'a')
  t.equal((await host.inject({ url: calls.replace('v1.0', 'again') })).json().value[0].id, 'a')
  t.equal(host.operationStore, store)
})

t.test('mounts of one application cannot differ in what app.operations does; siblings can', async (t) => {
  const differing: Array<[Partial<GraphOperationsOptions>, string]> = [
    [{ transitions: 'any' }, 'transitions'],
    [{ writeTimeoutMillis: 5 }, 'writeTimeoutMillis'],
    [{ types: [extend(Operation, 'contoso.other', {}, { description: 'Another.' })] }, 'types'],
    [{ collections: [{ path: '/jobs', owner: 'jobs', type: Operation, permissions }] }, 'collections']
  ]
  for (const [options, name] of differing) {
    const host = await makeHost(t)
    await host.register(graphOperations, { ...plain, store: memoryStore() })
    await t.rejects(async () => { await host.register(graphOperations, { ...plain, prefix: '/beta', ...options }) }, { code: 'OPS_ERR_MOUNTS_DIFFER', message: name })
  }
  const host = await makeHost(t)
  await host.register(async (one) => { await one.register(graphOperations, { ...plain, store: memoryStore() }) })
  await host.register(async (two) => { await two.register(graphOperations, { ...plain, prefix: '/beta', store: memoryStore(), transitions: 'any' }) })
  await host.inject({ method: 'POST', url: calls, payload: { id: 'a' } })
  t.equal((await host.inject({ url: calls.replace('v1.0', 'beta') })).json().value.length, 0)
})

t.test('the store: passed, decorated by the host, missing, another one, incomplete', async (t) => {
  let closed = 0
  const watched = () => {
    const store = memoryStore()
    return { ...store, close: () => { closed += 1 } }
  }
  const passed = await makeHost(t)
  await passed.register(graphOperations, { ...plain, store: watched() })
  await passed.close()
  t.equal(closed, 1, 'a store that was passed is closed with the application')

  const decorated = await makeHost(t)
  const own = watched()
  decorated.decorate('operationStore', own)
  await decorated.register(graphOperations, plain)
  await decorated.inject({ method: 'POST', url: calls, payload: { id: 'a' } })
  t.equal(await own.count({ tenant: 'local', owner: 'calls/57' }), 1)
  await decorated.close()
  t.equal(closed, 1, 'the host\'s own store is the host\'s to close')

  const fails = async (code: string, options: Partial<GraphOperationsOptions>, prepare: (host: FastifyInstance) => void = () => undefined) => {
    const host = await makeHost(t)
    prepare(host)
    await t.rejects(async () => { await host.register(graphOperations, { ...plain, ...options }) }, { code })
  }
  await fails('OPS_ERR_STORE_MISSING', {})
  await fails('OPS_ERR_STORE_DIFFERS', { store: memoryStore() }, (host) => host.decorate('operationStore', memoryStore()))
  const { changes: _changes, ...incomplete } = memoryStore()
  await fails('OPS_ERR_STORE_INCOMPLETE', { store: incomplete as never })
})

t.test('mistakes in the options fail the boot and say what to do', async (t) => {
  const OwnType = extend(Operation, 'contoso.importOperation', {}, { description: 'An import.' })
  const Abstract = extend(Operation, 'contoso.abstractOperation', {}, { description: 'None.', abstract: true })
  const Keyless = entity('contoso.keyless', { name: text('A name.') }, { description: 'No key.' })
  const row = (change: Partial<Record<keyof CollectionDefinition, unknown>>) => ({ collections: [{ path: '/imports/{importId}/operations', owner: 'imports/{importId}', type: OwnType, permissions, ...change }] })
  const mistakes: Array<[object, RegExp]> = [
    [{ transtions: 'any' }, /no option "transtions"; did you mean "transitions"\?/],
    [{ baseURL: 'x' }, /did you mean "baseUrl"\?/],
    [{ auth: undefined }, /"auth" is required/],
    [{ auth: 'yes' }, /"auth" is required/],
    [{ authorize: true }, /"authorize" must be a function/],
    [{ prefix: 'v1.0' }, /"prefix" must be like/],
    [{ prefix: '/v1.0/' }, /"prefix" must be like/],
    [{ transitions: 'backward' }, /"transitions" must be/],
    [{ baseUrl: 'example.com' }, /"baseUrl" must be like/],
    [{ baseUrl: 'https://example.com/' }, /"baseUrl" must be like/],
    [{ writeTimeoutMillis: 0 }, /"writeTimeoutMillis" must be/],
    [{ writeTimeoutMillis: '5' }, /"writeTimeoutMillis" must be/],
    [{ collections: {} }, /"collections" must be a list/],
    [{ types: {} }, /"types" must be a list/],
    [{ types: [{}] }, /made by extend/],
    [row({ path: 'imports' }), /imports: its path must be/],
    [row({ path: 5 }), /its path must be/],
    [row({ path: '/imports/' }), /its path must be/],
    [row({ owner: '/imports' }), /its owner must be/],
    [row({ owner: undefined }), /its owner must be/],
    [row({ owner: 'imports/{otherId}' }), /names \{otherId\}/],
    [row({ path: '/imports/{id}/operations', owner: 'imports/{id}' }), /call the parameter something else/],
    [row({ type: undefined }), /must be made by extend/],
    [row({ type: {} }), /must be made by extend/],
    [row({ type: Keyless }), /must be made by extend/],
    [row({ type: Abstract }), /contoso.abstractOperation is abstract/],
    [row({ type: null }), /must be made by extend/],
    [row({ owner: '..' }), /its owner must be/],
    [row({ owner: '{importId}' }), /its owner must be/],
    [{ collections: [null] }, /it must be an object/],
    [{ prefix: '/a b' }, /"prefix" must be like/],
    [row({ path: '/sites/{x}/onenote/operations', owner: 'imports/{x}' }), /another collection has the same path/],
    [row({ owner: 'sites/{importId}' }), /has the owner sites\/\{importId\} and another type/]
  ]
  for (const [options, message] of mistakes) {
    const host = await makeHost(t)
    await t.rejects(async () => { await host.register(graphOperations, { ...plain, store: memoryStore(), ...options } as never) }, { message }, String(message))
  }
  const twins = [extend(Operation, 'contoso.twin', {}, { description: 'One.' }), extend(Operation, 'contoso.twin', {}, { description: 'Two.' })]
  const host = await makeHost(t)
  await t.rejects(async () => { await host.register(graphOperations, { ...plain, store: memoryStore(), types: twins }) }, /two different types are called contoso.twin/)
})

t.test('options are not changed, and may be frozen', async (t) => {
  const host = await makeHost(t)
  const options = Object.freeze({ ...plain, store: memoryStore(), collections: Object.freeze([]), types: Object.freeze([]) })
  await host.register(graphOperations, options)
  t.equal((await host.inject({ url: calls })).statusCode, 200)
  const logged = await makeHost(t)
  await logged.register(graphOperations, { ...plain, store: memoryStore(), logLevel: 'silent' } as never)
  await logged.ready()
})

t.test('app.operations and the routes mean the same owner, whatever the case of a GUID', async (t) => {
  const host = await makeHost(t)
  await host.register(graphOperations, { ...plain, store: memoryStore() })
  const guid = '2C712604-1370-44E7-A1F5-426573FDA80A'
  const key = { tenant: 'local', owner: `groups/${guid}`, id: 'a' }
  await host.operations.create(key, { id: 'a' })
  t.equal((await host.inject({ url: `/v1.0/groups/${guid}/onenote/operations/a` })).statusCode, 200)
  t.equal((await host.inject({ url: `/v1.0/groups/${guid.toLowerCase()}/onenote/operations/a` })).statusCode, 200)
  t.equal((await host.operations.update(key, { status: 'Running' })).value['status'], 'Running')
  t.ok(await host.operations.find(key))
  await host.operations.remove(key)
  t.equal(await host.operations.find(key), undefined)
  for (const tenant of ['', 'a/b', 'a\0b']) await t.rejects(host.operations.find({ ...key, tenant }), /cannot be a tenant/)
})

t.test('what JSON cannot say is refused from code too, and what JSON leaves out is left out', async (t) => {
  const host = await makeHost(t)
  await host.register(graphOperations, { ...plain, store: memoryStore() })
  const calls = { tenant: 'local', owner: 'calls/57' }
  for (const value of [new Date(), 5n, () => 5, Symbol('x'), new Map(), { deep: [new Date()] }]) {
    await t.rejects(host.operations.create(calls, { tag: value }), /is not a value of JSON/)
  }
  const { value } = await host.operations.create(calls, { none: undefined, plain: Object.assign(Object.create(null), { a: 1 }), list: [null, true] })
  t.match(value, { plain: { a: 1 }, list: [null, true] })
  t.notOk('none' in value)
})

t.test('an operation cannot grow without end', async (t) => {
  const host = await makeHost(t)
  await host.register(graphOperations, { ...plain, store: memoryStore() })
  await host.inject({ method: 'POST', url: calls, payload: { id: 'a' } })
  const grow = async (n: number) => await host.inject({ method: 'PATCH', url: `${calls}/a`, payload: { bag: Object.fromEntries(Array.from({ length: 15 }, (_, m) => [`m${n}_${m}`, 'x'.repeat(4_096)])) } })
  for (let n = 0; n < 4; n += 1) t.equal((await grow(n)).statusCode, 200)
  const refused = await grow(4)
  t.equal(refused.statusCode, 400)
  t.match(refused.json().error.message, '262,144 characters')
})

t.test('ids that clients take out of a URL are no ids', async (t) => {
  const host = await makeHost(t)
  await host.register(graphOperations, { ...plain, store: memoryStore() })
  for (const id of ['.', '..']) {
    t.equal((await host.inject({ method: 'POST', url: calls, payload: { id } })).statusCode, 400)
    await t.rejects(host.operations.create({ tenant: 'local', owner: `calls/${id}` }, {}), /not the owner/)
    await t.rejects(host.operations.create({ tenant: id, owner: 'calls/1' }, {}), /cannot be a tenant/)
  }
  t.equal((await host.inject({ method: 'POST', url: calls, payload: { id: '...' } })).statusCode, 201)
})

t.test('a short maxParamLength is warned about', async (t) => {
  const warnings = async (options: FastifyServerOptions): Promise<string[]> => {
    const lines: string[] = []
    const host = Fastify({ ...options, logger: { level: 'warn', stream: { write: (line: string) => { lines.push(line) } } } })
    t.teardown(async () => { await host.close() })
    await host.register(graphOperations, { ...plain, store: memoryStore() })
    return lines.filter((line) => line.includes('maxParamLength'))
  }
  t.equal((await warnings({})).length, 1)
  t.match((await warnings({ routerOptions: { maxParamLength: 255 } }))[0], /maxParamLength is 255/)
  t.equal((await warnings({ routerOptions: { maxParamLength: 256 } })).length, 0)
  t.equal((await warnings(recommendedServerOptions)).length, 0)
})

t.test('a host\'s own type and collection get routes and validation', async (t) => {
  const ImportOperation = extend(Operation, 'contoso.importOperation', {
    fileName: text('The file.'),
    finishBy: nullable(dateTimeOffset('When it must be done.'))
  }, { description: 'The import of a file.' })
  const BigImportOperation = extend(ImportOperation, 'contoso.bigImportOperation', { parts: nullable(text('How many parts.')) }, { description: 'The import of a big file.' })
  const host = await makeHost(t)
  await host.register(graphOperations, {
    ...plain,
    store: memoryStore(),
    types: [BigImportOperation],
    collections: [{ path: '/imports/{importId}/operations', owner: 'imports/{importId}', type: ImportOperation, permissions }]
  })
  const url = '/v1.0/imports/1/operations'
  t.equal((await host.inject({ method: 'POST', url, payload: { id: 'a' } })).json().error.target, 'fileName', 'what may not be null and has no value is needed')
  const created = await host.inject({ method: 'POST', url, payload: { id: 'a', fileName: 'a.csv' } })
  t.equal(created.json()['@odata.type'], '#contoso.importOperation')
  t.equal((await host.inject({ method: 'POST', url, payload: { fileName: 'a.csv', parts: '3' } })).statusCode, 400, 'a member of a derived type on the declared one')
  const big = await host.inject({ method: 'POST', url, payload: { '@odata.type': 'contoso.bigImportOperation', id: 'b', fileName: 'b.csv', parts: '3' } })
  t.equal(big.json().parts, '3')
  t.equal((await host.inject({ method: 'PATCH', url: `${url}/b`, payload: { '@odata.type': '#contoso.importOperation', status: 'running', parts: '4' } })).json().parts, '4')
  t.equal((await host.inject({ method: 'PATCH', url: `${url}/a`, payload: { parts: '4' } })).statusCode, 400)
  t.equal((await host.inject({ method: 'PATCH', url: `${url}/a`, payload: { '@odata.type': '#contoso.bigImportOperation' } })).statusCode, 400)
  t.equal((await host.inject({ method: 'PATCH', url: `${url}/a`, payload: { finishBy: 'soon' } })).statusCode, 400)
  const worker = await host.operations.update<{ fileName: string }>({ tenant: 'local', owner: 'imports/1', id: 'a' }, { fileName: 'c.csv' })
  t.equal(worker.value.fileName, 'c.csv')
})
