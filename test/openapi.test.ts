import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import swagger from '@fastify/swagger'
import { Type } from '@sinclair/typebox'
import { Ajv2020 } from 'ajv/dist/2020.js'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import graphOperations, { collections, CommsOperation, enumeration, extend, memoryStore, nullable, Operation, text } from '../index.js'
import type { GraphOperationsOptions } from '../index.js'
import { toUncounted } from './support/uncounted.js'

interface Operation31 {
  operationId: string
  tags: string[]
  summary: string
  description: string
  parameters?: Array<{ in: string, name: string, required?: boolean, description?: string }>
  requestBody?: { required: boolean, content: Record<string, { schema: { $ref: string } }> }
  security?: object[]
  responses: Record<string, { description: string, headers: Record<string, object>, content?: Record<string, { schema: object, example?: unknown, examples?: Record<string, { $ref: string }> }> }>
}
interface Document {
  openapi: string
  tags: Array<{ name: string, description: string }>
  paths: Record<string, Record<string, Operation31>>
  components: { schemas: Record<string, Record<string, any>>, examples: Record<string, { value: any }>, securitySchemes?: Record<string, object> }
}

async function makeDocumented (t: Test, openapi: object | undefined, options: Partial<GraphOperationsOptions> = {}): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(swagger, openapi === undefined ? {} : { openapi })
  await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: () => null, ...options })
  await app.ready()
  return await app
}

const v31 = { openapi: '3.1.0', info: { title: 'Host', version: '1', license: { name: 'MIT', identifier: 'MIT' } }, servers: [{ url: '/' }] }
const documentOf = (app: FastifyInstance): Document => app.swagger() as unknown as Document

const run = promisify(execFile)

async function lint (t: Test, document: object): Promise<string> {
  const file = `${t.testdir()}/openapi.json`
  await writeFile(file, JSON.stringify(document))
  const { stdout, stderr } = await run(...toUncounted(process.execPath, 'node_modules/@redocly/cli/bin/cli.js', 'lint', file, '--format', 'summary'), { env: { ...process.env, REDOCLY_TELEMETRY: 'off' } })
  return stdout + stderr
}

t.test('every route is documented in full', async (t) => {
  const document = documentOf(await makeDocumented(t, v31))
  const paths = collections.flatMap(({ path }) => [path, `${path}/$count`, `${path}/{id}`]).map((path) => `/v1.0${path}`)
  t.strictSame(Object.keys(document.paths).sort(), paths.sort())
  const ids = new Set<string>()
  for (const [path, item] of Object.entries(document.paths)) {
    const expected = path.endsWith('$count') ? ['get'] : path.endsWith('{id}') ? ['delete', 'get', 'patch'] : ['get', 'patch', 'post']
    t.strictSame(Object.keys(item).sort(), expected, path)
    for (const [method, operation] of Object.entries(item)) {
      t.match(operation.operationId, /^v1\.0\.[\w.]+\.\w+$/)
      t.notOk(ids.has(operation.operationId))
      ids.add(operation.operationId)
      t.equal(operation.tags.length, 1)
      t.ok(document.tags.some(({ name, description }) => name === operation.tags[0] && description.length > 20))
      t.ok(operation.summary.length > 5 && operation.description.includes('Permissions'))
      t.strictSame(operation.security, [{ bearerAuth: [] }])
      const headers = (operation.parameters ?? []).filter((parameter) => parameter.in === 'header').map(({ name }) => name)
      t.equal(headers.includes('If-Match'), ['patch', 'delete'].includes(method))
      t.equal(headers.includes('Prefer'), ['patch', 'post'].includes(method) || (method === 'get' && path.endsWith('/operations')))
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      t.strictSame(inPath.map(({ name }) => `{${name}}`), path.match(/\{\w+\}/g) ?? [])
      t.ok(inPath.every(({ required, description = '' }) => required === true && description !== ''))
      for (const [status, response] of Object.entries(operation.responses)) {
        t.ok(response.description)
        t.ok(response.headers['request-id'])
        if (Number(status) < 400) continue
        const { schema, examples } = response.content!['application/json']!
        t.strictSame(schema, { $ref: '#/components/schemas/microsoft.graph.ODataErrors.ODataError' })
        for (const { $ref } of Object.values(examples!)) {
          const { error } = document.components.examples[$ref.replace('#/components/examples/', '')]!.value
          t.ok(error.code && error.message && error.innerError['request-id'])
        }
      }
      for (const status of ['401', '403', '500', '503']) t.ok(operation.responses[status], `${operation.operationId} ${status}`)
      t.ok(operation.responses['401']?.headers['WWW-Authenticate'])
      t.ok(operation.responses['503']?.headers['Retry-After'])
      const entity = operation.responses['200']?.content?.['application/json']
      if (method !== 'delete' && !path.endsWith('$count')) t.ok((entity ?? operation.responses['201']?.content?.['application/json'])?.example)
      if (method === 'patch') t.ok(operation.responses['200']?.headers['ETag'] && operation.responses['412'] && operation.responses['409'] && operation.responses['204'])
    }
  }
})

t.test('components say the inheritance of the definitions', async (t) => {
  const { components: { schemas } } = documentOf(await makeDocumented(t, v31))
  const base = (name: string): string => schemas[name]?.['allOf'][0].$ref
  t.equal(base('microsoft.graph.onenoteOperation'), '#/components/schemas/microsoft.graph.operation')
  t.equal(base('microsoft.graph.operation'), '#/components/schemas/microsoft.graph.entity')
  t.equal(base('microsoft.graph.commsOperation'), '#/components/schemas/microsoft.graph.entity')
  t.equal(base('microsoft.graph.recordOperation'), '#/components/schemas/microsoft.graph.commsOperation')
  const { discriminator } = schemas['microsoft.graph.commsOperation']!['allOf'][1]
  t.equal(discriminator.propertyName, '@odata.type')
  t.equal(discriminator.mapping['#microsoft.graph.recordOperation'], '#/components/schemas/microsoft.graph.recordOperation')
  t.equal(Object.keys(discriminator.mapping).length, 21)
  t.equal(schemas['microsoft.graph.onenoteOperationUpdate']!['additionalProperties'], false)
  t.equal(schemas['microsoft.graph.commsOperationUpdate']!['additionalProperties'], true)
  t.notOk(schemas['microsoft.graph.onenoteOperationUpdate']!['required'])
  t.strictSame(schemas['microsoft.graph.resultInfoCreate']!['required'], ['code', 'subcode'])
  t.notOk(schemas['microsoft.graph.resultInfoUpdate']!['required'])
  t.ok(Object.keys(schemas['microsoft.graph.onenoteOperationUpdate']!['properties']).includes('createdDateTime'))
  t.ok(Object.keys(schemas['microsoft.graph.commsOperationCreate']!['properties']).includes('recordingLocation'))
  for (const [name, schema] of Object.entries(schemas)) {
    t.ok(schema['description'], name)
    t.equal(JSON.stringify(schema).includes('"additionalProperties":false') && !/(Create|Update)$/.test(name), false, 'representations are never closed')
    for (const property of Object.values((schema['properties'] ?? schema['allOf']?.[1].properties ?? {}) as Record<string, { description?: string, $ref?: string }>)) t.ok(property.description ?? property.$ref, name)
  }
})

t.test('examples of bodies follow their schemas, and the routes take them', async (t) => {
  const app = await makeDocumented(t, v31, { auth: 'none' })
  const document = documentOf(app)
  t.equal(document.components.securitySchemes, undefined)
  t.notOk(document.paths['/v1.0/app/calls/{callId}/operations']!['get']!.security)
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema(document, 'document')
  for (const name of Object.keys(document.components.schemas)) {
    for (const example of document.components.schemas[name]!['examples'] ?? []) {
      t.ok(ajv.validate({ $ref: `document#/components/schemas/${name}` }, example), name)
    }
  }
  for (const [path, name] of [['/v1.0/app/calls/1/operations', 'microsoft.graph.commsOperation'], ['/v1.0/sites/1/onenote/operations', 'microsoft.graph.onenoteOperation']] as const) {
    const [payload] = document.components.schemas[`${name}Create`]!['examples']
    const created = await app.inject({ method: 'POST', url: path, payload })
    t.equal(created.statusCode, 201)
    t.ok(ajv.validate({ $ref: `document#/components/schemas/${name}` }, created.json()), 'an answer follows its schema')
    t.equal((await app.inject({ method: 'PATCH', url: path, payload: document.components.schemas[`${name}Update`]!['examples'][0] })).statusCode, 200)
  }
})

t.test('the document lints clean', async (t) => {
  t.match(await lint(t, documentOf(await makeDocumented(t, v31))), /valid/)
})

t.test('in a host\'s OpenAPI 3.0 document what may be null is nullable', async (t) => {
  const Reason = enumeration('contoso.reason', { none: 0 }, { description: 'A reason.' })
  const Own = extend(Operation, 'contoso.ownOperation', { reason: nullable(Reason), ratio: nullable(Type.Number({ description: 'A ratio.', minimum: 0 })), flags: Type.Array(Type.Boolean(), { description: 'Flags.' }) }, { description: 'Of the host.' })
  const own = { path: '/jobs', owner: 'jobs', type: Own, permissions: { application: { read: ['A.All'], write: ['A.All'] } } }
  const app = await makeDocumented(t, { ...v31, openapi: '3.0.3', info: { title: 'Host', version: '1', license: { name: 'MIT', url: 'https://example.org/mit' } } }, { collections: [own] })
  const document = documentOf(app)
  const update = document.components.schemas['microsoft.graph.onenoteOperationUpdate']!
  t.match(update['properties'].percentComplete, { type: 'string', nullable: true, example: '40' })
  t.strictSame(document.components.schemas['contoso.ownOperationUpdate']!['properties'].reason.anyOf, [{ $ref: '#/components/schemas/contoso.reason' }, { type: 'object', nullable: true, enum: [null] }])
  t.notMatch(JSON.stringify(document.components.schemas), /"type":\[|"type":"null"|"examples":/)
  t.match(document.components.schemas['contoso.ownOperation']!['allOf'][1].properties, { flags: { type: 'array', items: { type: 'boolean' } }, ratio: { type: 'number', nullable: true, minimum: 0 } })
  t.match(await lint(t, document), /valid/)
})

t.test('the host\'s own document stays as it was', async (t) => {
  const openapi: any = { ...v31, tags: [{ name: 'own' }, { name: 'commsOperation', description: 'The host says what these are.' }], components: { schemas: { own: { type: 'object' } }, examples: { own: { value: 1 } }, securitySchemes: { bearerAuth: { type: 'http', scheme: 'bearer', description: 'own' } } } }
  const before = JSON.stringify(openapi)
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(swagger, { openapi })
  app.get('/own', { schema: { operationId: 'own', tags: ['own'], response: { 200: { type: 'string', description: 'own' } } } }, async () => 'own')
  await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: () => null })
  await app.ready()
  const document = documentOf(app)
  t.match(document.paths['/own'], { get: { operationId: 'own' } })
  t.strictSame(document.components.schemas['own'], { type: 'object' })
  t.match(document.components.examples, { own: { value: 1 }, 'error.itemNotFound': {} })
  t.match(document.components.securitySchemes, { bearerAuth: { description: 'own' } })
  t.equal(document.tags.filter(({ name }) => name === 'commsOperation').length, 1)
  t.equal(JSON.stringify(openapi), before)
})

t.test('two mounts fit in one document', async (t) => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(swagger, { openapi: v31 })
  await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none' })
  await app.register(graphOperations, { prefix: '', auth: 'none' })
  await app.ready()
  const ids = Object.values(documentOf(app).paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId))
  t.equal(new Set(ids).size, ids.length)
  t.ok(ids.includes('v1.0.me.onenote.operations.list'))
  t.ok(ids.includes('me.onenote.operations.list'))
})

t.test('siblings that differ are both described', async (t) => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  const Late = extend(CommsOperation, 'contoso.lateOperation', { lateness: nullable(text('How late.')) }, { description: 'A late one.' })
  await app.register(swagger, { openapi: v31 })
  await app.register(async (one) => { await one.register(graphOperations, { prefix: '/a', store: memoryStore(), auth: 'none' }) })
  await app.register(async (two) => { await two.register(graphOperations, { prefix: '/b', store: memoryStore(), auth: 'none', types: [Late] }) })
  await app.ready()
  const { components: { schemas } } = documentOf(app)
  t.ok(schemas['contoso.lateOperation'])
  t.ok(schemas['microsoft.graph.commsOperationUpdate']!['properties'].lateness)
})

t.test('what keeps the operations out of a document is said at boot', async (t) => {
  const said = async (register: (app: FastifyInstance) => Promise<void>): Promise<string> => {
    const lines: string[] = []
    const app = Fastify({ logger: { level: 'info', stream: { write: (line: string) => { lines.push(line) } } } })
    t.teardown(async () => { await app.close() })
    await register(app)
    await app.ready()
    return lines.filter((line) => /swagger/i.test(line)).join('')
  }
  const options = { prefix: '/v1.0', store: memoryStore(), auth: 'none' } as const
  t.match(await said(async (app) => { await app.register(graphOperations, options) }), /there is no @fastify\/swagger; register it before/)
  t.match(await said(async (app) => { await app.register(graphOperations, options); await app.register(swagger, { openapi: {} }) }), /registered after this plugin/)
  t.match(await said(async (app) => { await app.register(swagger); await app.register(graphOperations, options) }), /Swagger 2\.0/)
  t.equal(await said(async (app) => { await app.register(swagger, { openapi: {} }); await app.register(graphOperations, options) }), '')
})

t.test('Swagger 2.0 leaves the operations out and keeps the host\'s routes', async (t) => {
  const app = await makeDocumented(t, undefined)
  t.strictSame(Object.keys(documentOf(app).paths), [])
})

t.test('a property that no schema can say fails the boot', async (t) => {
  const Odd = extend(Operation, 'contoso.odd', { odd: Type.Object({}) }, { description: 'Odd.' })
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await t.rejects(async () => { await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none', types: [], collections: [{ path: '/odd', owner: 'odd', type: Odd, permissions: { application: { read: [], write: [] } } }] }) }, /a property cannot have the schema/)
})
