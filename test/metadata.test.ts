import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Type } from '@sinclair/typebox'
import { Ajv } from 'ajv'
import { XMLParser } from 'fast-xml-parser'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import graphOperations, { boolean, complex, enumeration, extend, immutable, int32, memoryStore, nullable, Operation, text } from '../index.js'
import type { CollectionDefinition, OperationStore, StructuredType } from '../index.js'
import { countingStore, makeApp } from './support/app.js'

const require = createRequire(import.meta.url)
/** The technical committee's own converter from CSDL XML to CSDL JSON, and its schema of the latter. */
const { xml2json } = require('odata-csdl') as { xml2json: (xml: string) => Json }
const csdlSchema = JSON.parse(readFileSync(require.resolve('odata-csdl/schemas/csdl.schema.json'), 'utf8')) as object
/** The vocabularies as published, by namespace. */
const vocabularies = Object.assign({}, ...['Core', 'Capabilities', 'Authorization'].flatMap((name) =>
  Object.values(require(`@sap-ux/odata-vocabularies/dist/resources/Org.OData.${name}.V1.js`) as Json))) as Json

type Json = Record<string, any>

const calls = '/v1.0/communications/calls/57/operations'
const notes = '/v1.0/sites/s,1/onenote/operations'

async function csdlOf (app: FastifyInstance): Promise<Json> {
  const answer = await app.inject({ url: '/v1.0/$metadata', headers: { accept: 'application/json' } })
  return answer.json<Json>()
}

const Level = enumeration('contoso.level', { low: 10, high: 20 }, { description: 'How <much> & "why".' })
const Place = complex('contoso.geo.place', { label: nullable(text('What it is called.', { maxLength: 40 })), inner: nullable(complex('contoso.geo.inner', { at: int32('Where.') }, { description: 'Inside.' })) }, { open: true, description: 'A place.' })
const hostDescription = 'Tom & "Jerry" <b>it\'s</b>\n\ttwo lines, \u0001 control, \ud800 half, ]]> & more 😀'
const Host = extend(Operation, 'contoso.hostOperation', {
  level: Level,
  levels: Type.Array(nullable(Level), { description: 'Some.' }),
  place: nullable(Place),
  ratio: Type.Number({ description: 'A ratio.' }),
  big: nullable(Type.Integer({ description: 'Large.' })),
  bigs: Type.Array(Type.Integer(), { description: 'Several.' }),
  flag: immutable(nullable(boolean('A flag.'))),
  fixed: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b')])),
  mixed: Type.Union([Type.Literal('a'), Type.Boolean()], { description: 'Either.' }),
  mail: Type.String({ pattern: '@' }),
  kind: Type.Unsafe<string>({ type: 'string', enum: ['x'], description: 'One.' })
}, { description: hostDescription })
const hostRow = (path: string, type: StructuredType = Host): CollectionDefinition => ({ path, owner: `host${path}`, type, permissions: { application: { read: [], write: [] } } })

t.test('$metadata is XML unless JSON is asked for, and both say the same', async (t) => {
  for (const options of [{}, { collections: [hostRow('/jobs'), hostRow('/workspaces/{workspaceId}/imports/operations')] }]) {
    const app = await makeApp(t, options)
    const xml = await app.inject('/v1.0/$metadata')
    t.equal(xml.statusCode, 200)
    t.equal(xml.headers['content-type'], 'application/xml;charset=utf-8')
    const json = await app.inject({ url: '/v1.0/$metadata', headers: { accept: 'application/json' } })
    t.equal(json.headers['content-type'], 'application/json;charset=utf-8')
    t.strictSame(xml2json(xml.body), json.json())
    const ajv = new Ajv({ strict: false, validateFormats: false })
    t.ok(ajv.validate(csdlSchema, json.json()), ajv.errorsText())
  }
})

t.test('types are those of Graph', async (t) => {
  const { 'microsoft.graph': graph } = await csdlOf(await makeApp(t))
  const types: Array<[string, string | undefined, boolean, Record<string, string>]> = [
    ['entity', undefined, false, { id: 'Edm.String' }],
    ['operation', 'entity', false, { createdDateTime: 'Edm.DateTimeOffset?', lastActionDateTime: 'Edm.DateTimeOffset?', status: 'microsoft.graph.operationStatus?' }],
    ['onenoteOperation', 'operation', false, { error: 'microsoft.graph.onenoteOperationError?', percentComplete: 'Edm.String?', resourceId: 'Edm.String?', resourceLocation: 'Edm.String?' }],
    ['commsOperation', 'entity', true, { clientContext: 'Edm.String?', resultInfo: 'microsoft.graph.resultInfo?', status: 'microsoft.graph.operationStatus' }],
    ['inviteParticipantsOperation', 'commsOperation', true, { participants: 'Collection(microsoft.graph.invitationParticipantInfo)' }],
    ['muteParticipantsOperation', 'commsOperation', true, { participants: 'Collection(Edm.String)' }],
    ['recordOperation', 'commsOperation', true, { completionReason: 'microsoft.graph.recordCompletionReason?', recordingAccessToken: 'Edm.String?', recordingLocation: 'Edm.String?' }],
    ['unmuteParticipantOperation', 'commsOperation', true, {}],
    ['onenoteOperationError', undefined, false, { code: 'Edm.String?', message: 'Edm.String?' }],
    ['resultInfo', undefined, false, { code: 'Edm.Int32', subcode: 'Edm.Int32', message: 'Edm.String?' }],
    ['invitationParticipantInfo', undefined, true, { hidden: 'Edm.Boolean?', identity: 'microsoft.graph.identitySet', participantId: 'Edm.String?', removeFromDefaultAudioRoutingGroup: 'Edm.Boolean?', replacesCallId: 'Edm.String?' }]
  ]
  for (const [name, base, open, properties] of types) {
    const { $BaseType, $OpenType = false, ...members } = graph[name]
    t.equal($BaseType, base === undefined ? undefined : `microsoft.graph.${base}`, name)
    t.equal($OpenType, open, name)
    const said = Object.entries<Json>(members).filter(([member]) => !/^[$@]/.test(member)).map(([member, { $Type = 'Edm.String', $Nullable = false, $Collection = false }]) =>
      [member, `${$Collection ? `Collection(${$Type})` : $Type}${$Nullable ? '?' : ''}`])
    t.strictSame(Object.fromEntries(said), properties, name)
    t.ok(members['@Core.Description'], name)
  }
  t.match(graph.entity, { $Kind: 'EntityType', $Abstract: true, $Key: ['id'], id: { $MaxLength: 128, '@Core.ComputedDefaultValue': true, '@Core.Description': String } })
  t.notOk(graph.operation.$Abstract ?? graph.operation.$Key)
  t.match(graph.operation.createdDateTime, { $Precision: 7, '@Core.Immutable': true })
  t.equal(graph.operation.lastActionDateTime['@Core.Immutable'], undefined)
  t.equal(graph.commsOperation.clientContext.$MaxLength, 256)
  t.match(graph.resultInfo, { $Kind: 'ComplexType' })
  t.equal(graph.identitySet['@Core.Description'], 'Who is meant: a user, an application, a device, or several of them for one actor.', 'not that of a property')
  const { '@Core.Description': _description, ...status } = graph.operationStatus
  t.strictSame(status, { $Kind: 'EnumType', NotStarted: 0, Running: 1, Completed: 2, Failed: 3 })
  t.equal(Object.values<Json>(graph).filter(({ $BaseType }) => $BaseType === 'microsoft.graph.commsOperation').length, 20)
})

t.test('a host\'s types are in their own namespaces, and its texts are escaped', async (t) => {
  const app = await makeApp(t, { collections: [hostRow('/jobs')] })
  const csdl = await csdlOf(app)
  const { hostOperation, level } = csdl['contoso']
  t.strictSame(Object.keys(csdl).filter((name) => !name.startsWith('$')), ['microsoft.graph', 'contoso', 'contoso.geo', 'graphOperations'])
  t.strictSame(level, { $Kind: 'EnumType', low: 10, high: 20, '@Core.Description': 'How <much> & "why".' })
  t.match(hostOperation, {
    $BaseType: 'microsoft.graph.operation',
    level: { $Type: 'contoso.level' },
    levels: { $Collection: true, $Type: 'contoso.level', $Nullable: true },
    place: { $Type: 'contoso.geo.place', $Nullable: true },
    ratio: { $Type: 'Edm.Double' },
    big: { $Type: 'Edm.Int64' },
    bigs: { $Collection: true, $Type: 'Edm.Int64' },
    flag: { $Type: 'Edm.Boolean', '@Core.Immutable': true },
    mixed: { $Type: 'Edm.Untyped' },
    mail: { $MaxLength: 4096 }
  })
  t.strictSame(hostOperation.fixed, {}, 'a choice of texts is a text')
  t.strictSame(hostOperation.kind, { '@Core.Description': 'One.' })
  t.strictSame(csdl['contoso.geo'].place.label, { $Nullable: true, $MaxLength: 40, '@Core.Description': 'What it is called.' })
  const said = hostDescription.replace('\u0001', '\ufffd').replace('\ud800', '\ufffd')
  t.equal(hostOperation['@Core.Description'], said)
  const parsed = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', htmlEntities: true, trimValues: false }).parse((await app.inject('/v1.0/$metadata')).body) as Json
  const schema = parsed['edmx:Edmx']['edmx:DataServices'].Schema.find(({ Namespace }: Json) => Namespace === 'contoso')
  t.equal(schema.EntityType.Annotation.String, said)
  t.equal(csdl['graphOperations'].Service.jobs.$Type, 'contoso.hostOperation')
})

t.test('the container is the tree of the paths', async (t) => {
  const { $EntityContainer, graphOperations: { Service, ...types } } = await csdlOf(await makeApp(t))
  t.equal($EntityContainer, 'graphOperations.Service')
  const children = Object.entries<Json>(Service).filter(([name]) => !/^[$@]/.test(name)).map(([name, { $Type, $Collection = false }]) => [name, $Type, $Collection])
  t.strictSame(children, [
    ['me', 'graphOperations.me', false],
    ['users', 'graphOperations.users', true],
    ['groups', 'graphOperations.groups', true],
    ['sites', 'graphOperations.sites', true],
    ['invitations', 'graphOperations.invitations', true],
    ['communications', 'graphOperations.communications', false],
    ['app', 'graphOperations.app', false]
  ])
  const navigation = Object.fromEntries(Object.entries<Json>(types).map(([name, type]) => [name, [type['$Key'] ?? [], Object.entries<Json>(type)
    .filter(([, { $Kind }]) => $Kind === 'NavigationProperty')
    .map(([property, { $Type, $Collection = false, $ContainsTarget }]) => `${property}: ${$Collection ? `Collection(${$Type})` : $Type}${$ContainsTarget ? '' : ' not contained'}`)]]))
  t.strictSame(navigation, {
    onenote: [[], ['operations: Collection(microsoft.graph.onenoteOperation)']],
    me: [[], ['onenote: graphOperations.onenote']],
    users: [['id'], ['onenote: graphOperations.onenote']],
    sites: [['id'], ['onenote: graphOperations.onenote']],
    groups: [['id'], ['onenote: graphOperations.onenote', 'sites: Collection(graphOperations.sites)']],
    joinedGroups: [['id'], ['sites: Collection(graphOperations.sites)']],
    invitedUser: [[], ['joinedGroups: Collection(graphOperations.joinedGroups)']],
    invitations: [['id'], ['invitedUser: graphOperations.invitedUser']],
    calls: [['id'], ['operations: Collection(microsoft.graph.commsOperation)']],
    communications: [[], ['calls: Collection(graphOperations.calls)']],
    app: [[], ['calls: Collection(graphOperations.calls)']]
  })
})

t.test('what has no route says so, and operations say what they can', async (t) => {
  const { graphOperations: { Service, onenote } } = await csdlOf(await makeApp(t, { collections: [hostRow('/jobs')] }))
  for (const [name, child] of Object.entries<Json>(Service).filter(([name]) => !/^[$@]/.test(name) && name !== 'jobs')) {
    t.match(child, { '@Capabilities.ReadRestrictions': { Readable: false }, '@Capabilities.UpdateRestrictions': { Updatable: false }, '@Capabilities.DeleteRestrictions': { Deletable: false } }, name)
    t.strictSame(child['@Capabilities.InsertRestrictions'], child['$Collection'] === true ? { Insertable: false } : undefined, name)
  }
  const { RestrictedProperties: restricted } = Service.groups['@Capabilities.NavigationRestrictions']
  t.strictSame(restricted.map(({ NavigationProperty }: Json) => NavigationProperty), ['onenote', 'onenote/operations', 'sites', 'sites/onenote', 'sites/onenote/operations'])
  t.match(restricted[0], { ReadRestrictions: { Readable: false } })
  t.notOk(restricted[0].InsertRestrictions, 'what is single takes no members')
  t.match(restricted[2], { ReadRestrictions: { Readable: false }, InsertRestrictions: { Insertable: false } })
  const operations = {
    FilterFunctions: ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'and', 'or', 'not', 'in', 'contains', 'startswith', 'endswith', 'tolower', 'toupper', 'length'],
    FilterRestrictions: { Filterable: true, NonFilterableProperties: [] },
    SearchRestrictions: { Searchable: false },
    SortRestrictions: { Sortable: true, NonSortableProperties: ['error'] },
    TopSupported: true,
    SkipSupported: true,
    SelectSupport: { Supported: true, Expandable: false },
    IndexableByKey: true,
    InsertRestrictions: { Insertable: true, TypecastSegmentSupported: false },
    UpdateRestrictions: { Updatable: true, Upsertable: false, DeltaUpdateSupported: true, UpdateMethod: 'PATCH', FilterSegmentSupported: false, TypecastSegmentSupported: false },
    DeleteRestrictions: { Deletable: true },
    ReadRestrictions: { Readable: true },
    OptimisticConcurrencyControl: false
  }
  for (const index of [1, 4]) t.match(restricted[index], operations)
  const { graphOperations: { Service: guarded } } = await csdlOf(await makeApp(t, { requireIfMatch: true }))
  t.equal(guarded.groups['@Capabilities.NavigationRestrictions'].RestrictedProperties[1].OptimisticConcurrencyControl, true)
  t.match(onenote.operations, { '@Capabilities.CountRestrictions': { Countable: true }, '@Capabilities.ExpandRestrictions': { Expandable: false } })
  const comms = Service.app['@Capabilities.NavigationRestrictions'].RestrictedProperties.find(({ NavigationProperty }: Json) => NavigationProperty === 'calls/operations')
  t.strictSame(comms.FilterRestrictions.NonFilterableProperties, ['microsoft.graph.inviteParticipantsOperation/participants', 'microsoft.graph.muteParticipantsOperation/participants'])
  t.ok(['resultInfo', 'microsoft.graph.recordOperation/recordingLocation', 'microsoft.graph.sendDtmfTonesOperation/completionReason'].every((path) => comms.SortRestrictions.NonSortableProperties.includes(path)), 'what the declared type does not declare has no order')
  t.match(Service.jobs, { $Collection: true, '@Capabilities.ReadRestrictions': { Readable: true }, '@Capabilities.CountRestrictions': { Countable: true }, '@Capabilities.SortRestrictions': { NonSortableProperties: ['levels', 'place', 'place/inner', 'bigs'] } })
  t.match(Service, { '@Capabilities.KeyAsSegmentSupported': true, '@Capabilities.BatchSupported': false, '@Capabilities.AsynchronousRequestsSupported': false, '@Core.ODataVersions': '4.0' })
})

t.test('every annotation is one of the published vocabularies, on what it applies to', async (t) => {
  const find = (qualified: string): Json | undefined => {
    const [, namespace = '', name = ''] = /^(.*)\.(\w+)$/.exec(qualified.replace(/^(Core|Capabilities)\./, 'Org.OData.$1.V1.')) ?? []
    return vocabularies[namespace]?.[name] as Json | undefined
  }
  const membersOf = (type: Json): Json => ({ ...(type['$BaseType'] === undefined ? {} : membersOf(find(type['$BaseType'] as string)!)), ...type })
  const check = (value: unknown, type: Json, where: string): void => {
    if (type['$Collection'] === true) {
      t.ok(Array.isArray(value), where)
      for (const item of value as unknown[]) check(item, { ...type, $Collection: false }, where)
      return
    }
    const name = (type['$Type'] ?? 'Edm.String') as string
    if (name === 'Edm.Boolean' || name === 'Org.OData.Core.V1.Tag') return void t.type(value, 'boolean', where)
    if (name.startsWith('Edm.')) return void t.type(value, 'string', where)
    const declared = find(name)!
    if (declared['$Kind'] === 'EnumType') return void t.type(declared[value as string], 'number', where)
    const members = membersOf(declared)
    for (const [member, inner] of Object.entries(value as Json)) {
      t.ok(members[member], `${where}/${member} is declared`)
      check(inner, members[member] as Json, `${where}/${member}`)
    }
  }
  const visit = (node: Json, kinds: string[], where: string): void => {
    for (const [key, value] of Object.entries(node)) {
      if (key.startsWith('@')) {
        const term = find(key.slice(1))
        t.equal(term?.['$Kind'], 'Term', `${where} ${key}`)
        t.ok(term!['$AppliesTo'] === undefined || kinds.some((kind) => term!['$AppliesTo'].includes(kind)), `${key} applies to ${where}`)
        check(value, term!, `${where} ${key}`)
      } else if (typeof value === 'object' && !key.startsWith('$')) {
        const collection = value.$Collection === true ? ['Collection'] : []
        const kind = value.$Kind ?? (node['$Kind'] === 'EntityContainer' ? (value.$Collection === true ? 'EntitySet' : 'Singleton') : 'Property')
        visit(value, [kind, ...collection], `${where}/${key}`)
      }
    }
  }
  const csdl = await csdlOf(await makeApp(t, { collections: [hostRow('/jobs')] }))
  t.ok(find('Core.Description') && find('Capabilities.DefaultCapabilities'))
  for (const [namespace, schema] of Object.entries(csdl)) if (!namespace.startsWith('$')) visit(schema, ['Schema'], namespace)
})

t.test('paths that an Entity Data Model cannot say are left out and named at boot; names never collide', async (t) => {
  const lines: string[] = []
  const app = Fastify({ logger: { level: 'info', stream: { write: (line: string) => { lines.push(line) } } }, routerOptions: { maxParamLength: 300 } })
  t.teardown(async () => { await app.close() })
  const Colliding = extend(Operation, 'graphOperations.sites', {}, { description: 'A host may call its types so.' })
  const sayable = ['/Service/operations', '/sites/{siteId}/imports/operations', '/other/calls/{callId}/operations', '/jobs', '/calls_2/{x}/operations', '/app/calls_2/operations']
  const unsayable = ['/my-app/operations', '/{tenant}/operations', '/tenants/{a}/{b}/operations', '/teams/{teamId}', '/things/{x}/id/operations', '/sites/operations', '/jobs/{jobId}/operations', '/9/operations', '/me', '/users/{x}/onenote']
  await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none', collections: [...sayable, ...unsayable].map((path) => hostRow(path, path.startsWith('/S') ? Colliding : Host)) })
  await app.ready()
  const [said = ''] = lines.filter((line) => line.includes('$metadata'))
  t.strictSame((JSON.parse(said) as { msg: string }).msg.match(/paths (.*);/)?.[1]?.split(', '), unsayable)
  const { $EntityContainer, graphOperations_: { Service: container, ...types }, graphOperations: own } = await csdlOf(app)
  t.equal($EntityContainer, 'graphOperations_.Service')
  t.strictSame(Object.keys(own), ['sites'])
  t.equal(container.Service.$Type, 'graphOperations_.Service_2')
  t.strictSame(Object.keys(types).filter((name) => /^(sites|calls)/.test(name)), ['sites', 'sites_2', 'calls', 'calls_2', 'calls_3', 'calls_2_2'], 'one type for what leads to the same')
  t.equal(container.sites.$Type, 'graphOperations_.sites_2', 'the one with imports')
  t.equal(types.communications.calls.$Type, 'graphOperations_.calls')
  t.equal(types.other.calls.$Type, 'graphOperations_.calls_3', 'calls_2 is the segment of that name')
})

t.test('the service document', async (t) => {
  const app = await makeApp(t)
  const value = ['me', 'users', 'groups', 'sites', 'invitations', 'communications', 'app'].map((name) => ({ name, kind: ['me', 'communications', 'app'].includes(name) ? 'Singleton' : 'EntitySet', url: name }))
  for (const url of ['/v1.0', '/v1.0/']) {
    const answer = await app.inject(url)
    t.strictSame(answer.json(), { '@odata.context': 'http://localhost:80/v1.0/$metadata', value })
    t.match(answer.headers, { 'content-type': /^application\/json;odata\.metadata=minimal/, 'odata-version': '4.0', vary: 'Accept' })
  }
  t.strictSame((await app.inject({ url: '/v1.0', headers: { accept: 'application/json;odata.metadata=none' } })).json(), { value })
  t.match((await app.inject({ url: '/v1.0', headers: { accept: 'text/html' } })).json(), { error: { code: 'notSupported', target: 'Accept' } })
})

t.test('what describes a mount is open to all, has HEAD and OPTIONS, and nothing else', async (t) => {
  const app = await makeApp(t, { auth: () => null })
  for (const url of ['/v1.0/$metadata', '/v1.0', '/v1.0/']) {
    t.equal((await app.inject(url)).statusCode, 200, url)
    const head = await app.inject({ method: 'HEAD', url })
    t.strictSame([head.statusCode, head.body], [200, ''], url)
    const options = await app.inject({ method: 'OPTIONS', url })
    t.strictSame([options.statusCode, options.headers.allow], [204, 'GET, HEAD, OPTIONS'], url)
    const refused = await app.inject({ method: 'POST', url, payload: '{', headers: { 'content-type': 'text/plain' } })
    t.match([refused.statusCode, refused.headers.allow, refused.json().error.code], [405, 'GET, HEAD, OPTIONS', 'notAllowed'], url)
    t.match((await app.inject(`${url}?$format=json`)).json(), { error: { code: 'invalidRequest', target: '$format' } }, url)
  }
})

t.test('$metadata may be kept, and asked for again by its tag', async (t) => {
  const app = await makeApp(t)
  const xml = await app.inject('/v1.0/$metadata')
  const { etag = '', 'cache-control': cacheControl } = xml.headers as Record<string, string>
  t.equal(cacheControl, 'public, max-age=300')
  for (const [tags, status] of [[etag, 304], [`W/${etag}`, 304], [`"other", ${etag}`, 304], ['*', 304], ['"other"', 200]] as const) {
    const again = await app.inject({ url: '/v1.0/$metadata', headers: { 'if-none-match': tags } })
    t.strictSame([again.statusCode, again.body], [status, status === 304 ? '' : xml.body], tags)
    t.equal(again.headers.etag, etag)
  }
  t.not((await app.inject({ url: '/v1.0/$metadata', headers: { accept: 'application/json' } })).headers.etag, etag)
  t.equal((await (await makeApp(t)).inject('/v1.0/$metadata')).headers.etag, etag, 'the same in every process')
})

t.test('without a prefix of its own a mount leaves the root to the host', async (t) => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(graphOperations, { store: memoryStore(), auth: 'none' })
  app.get('/', async () => 'the host\'s')
  await app.register(async (api) => {
    await api.register(graphOperations, { auth: 'none' })
    api.get('/', async () => 'the api\'s')
  }, { prefix: '/api' })
  await app.ready()
  t.equal((await app.inject('/$metadata')).statusCode, 200)
  t.equal((await app.inject('/')).body, 'the host\'s')
  t.equal((await app.inject('/api/$metadata')).statusCode, 200)
  t.equal((await app.inject('/api')).body, 'the api\'s')
})

t.test('what Accept says', async (t) => {
  const app = await makeApp(t)
  await app.inject({ method: 'POST', url: calls, payload: { id: 'a' } })
  const applied = (level: string, ieee = false): string => `application/json;odata.metadata=${level};odata.streaming=true;IEEE754Compatible=${String(ieee)};charset=utf-8`
  const table: Array<[accept: string | undefined, contentType: string | undefined]> = [
    [undefined, applied('minimal')],
    ['', applied('minimal')],
    [' ', applied('minimal')],
    ['*/*', applied('minimal')],
    ['application/*', applied('minimal')],
    ['application/json', applied('minimal')],
    ['APPLICATION/JSON', applied('minimal')],
    ['application/json;odata.metadata=minimal', applied('minimal')],
    ['application/json;odata.metadata=none', applied('none')],
    ['application/json; odata.metadata = "full"', applied('full')],
    ['application/json;metadata=full', applied('full')],
    ['application/json;ODATA.METADATA=None', applied('none')],
    ['application/json;odata.metadata=verbose', undefined],
    ['application/json;odata=verbose', undefined],
    ['application/json;version=1', undefined],
    ['application/json;odata.streaming=true', applied('minimal')],
    ['application/json;odata.streaming=false;odata.metadata=none', applied('none')],
    ['application/json;streaming=maybe', undefined],
    ['application/json;ExponentialDecimals=true', applied('minimal')],
    ['application/json;IEEE754Compatible=true', applied('minimal', true)],
    ['application/json;IEEE754Compatible=true;odata.metadata=full', applied('full', true)],
    ['application/json;IEEE754Compatible=no', undefined],
    ['application/json;charset=utf-8', applied('minimal')],
    ['application/json;charset="UTF-8"', applied('minimal')],
    ['application/json;charset="ut\\f-8"', applied('minimal')],
    ['application/json;charset=iso-8859-1', undefined],
    ['application/json;q=0', undefined],
    ['application/json;q=0, */*', undefined],
    ['application/json;odata.metadata=minimal;q=0, */*', applied('full')],
    ['application/json;odata.metadata=full, */*', applied('full')],
    ['*/*;q=0.9, application/json;odata.metadata=none;q=0.5', applied('minimal')],
    ['application/json;odata.metadata=none;q=0.5, application/json;odata.metadata=full;q=0.6', applied('full')],
    ['text/html, image/gif, *; q=.2, */*; q=.2', applied('minimal')],
    ['text/html, application/xhtml+xml;q=0.9', undefined],
    ['text/html, application/json;q=0.1', applied('minimal')],
    ['application/json;q=2', undefined],
    ['application/json;q=a', undefined],
    ['application/json;odata.metadata', undefined],
    ['json', undefined],
    [',,', undefined],
    ['application/json;x="a,b;c", application/json', applied('minimal')],
    ['application/json;x="a, application/json', undefined],
    ['application/xml', undefined],
    ['text/plain', undefined]
  ]
  for (const [accept, contentType] of table) {
    const headers = accept === undefined ? {} : { accept }
    for (const url of [calls, `${calls}/a`]) {
      const answer = await app.inject({ url, headers })
      t.equal(answer.statusCode, contentType === undefined ? 406 : 200, `${String(accept)} of ${url}`)
      t.equal(answer.headers['content-type'], contentType ?? 'application/json; charset=utf-8', String(accept))
      if (contentType === undefined) t.match(answer.json(), { error: { code: 'notSupported', target: 'Accept', message: /application\/json/ } })
      else t.equal(answer.headers.vary, url === calls ? 'Prefer, Accept' : 'Accept')
    }
  }
  for (const [accept, status] of [[undefined, 200], ['text/plain', 200], ['text/*', 200], ['*/*', 200], ['text/plain;charset=utf-8', 200], ['application/json, */*;q=0.1', 200], ['application/json', 406], ['text/plain;q=0', 406], ['text/plain;format=flowed', 406]] as const) {
    const answer = await app.inject({ url: `${calls}/$count`, headers: accept === undefined ? {} : { accept } })
    t.equal(answer.statusCode, status, `$count as ${String(accept)}`)
    if (status === 200) t.strictSame([answer.body, answer.headers['content-type']], ['1', 'text/plain;charset=utf-8'])
  }
  for (const [accept, type] of [[undefined, 'xml'], ['*/*', 'xml'], ['application/*', 'xml'], ['application/xml', 'xml'], ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'xml'], ['application/json', 'json'], ['application/json;odata.metadata=full;IEEE754Compatible=true', 'json'], ['application/xml;q=0.5, application/json', 'json'], ['text/xml', undefined], ['application/xml;version=1', undefined]] as const) {
    const answer = await app.inject({ url: '/v1.0/$metadata', headers: accept === undefined ? {} : { accept } })
    t.equal(answer.headers['content-type'], type === undefined ? 'application/json; charset=utf-8' : `application/${type};charset=utf-8`, `$metadata as ${String(accept)}`)
    t.equal(answer.statusCode, type === undefined ? 406 : 200)
  }
})

t.test('a long Accept is read in no time', async (t) => {
  const app = await makeApp(t)
  for (const accept of ['"'.repeat(15_000), '"\\'.repeat(7_500), ','.repeat(15_000), ';'.repeat(15_000), `application/json${' '.repeat(15_000)}x`, `application/json;x=${'\\"'.repeat(7_000)}`, 'a/b,'.repeat(3_700)]) {
    const start = performance.now()
    t.equal((await app.inject({ url: calls, headers: { accept } })).statusCode, 406)
    t.ok(performance.now() - start < 500, accept.slice(0, 20))
  }
})

t.test('nothing is written that cannot be answered', async (t) => {
  const store: OperationStore & { commits: number } = countingStore(memoryStore())
  const app = await makeApp(t, { store })
  await app.inject({ method: 'POST', url: calls, payload: { id: 'a' } })
  const before = store.commits
  for (const headers of [{ accept: 'text/html' }, { 'odata-version': '3.0' }, { 'odata-maxversion': '3.0' }] as Array<Record<string, string>>) {
    const status = headers['accept'] === undefined ? 400 : 406
    for (const [method, url] of [['POST', calls], ['PATCH', calls], ['PATCH', `${calls}/a`]] as const) {
      t.equal((await app.inject({ method, url, payload: { status: 'Running' }, headers })).statusCode, status, `${method} ${url}`)
    }
  }
  t.equal(store.commits, before)
  t.equal((await app.inject({ method: 'PATCH', url: `${calls}/a`, payload: '{', headers: { accept: 'text/html', 'content-type': 'text/plain' } })).statusCode, 415, 'after 415')
  t.equal((await app.inject({ method: 'DELETE', url: `${calls}/a`, headers: { accept: 'text/html' } })).statusCode, 204, 'a delete has nothing to represent')
  const guarded = await makeApp(t, { auth: () => null })
  t.equal((await guarded.inject({ url: calls, headers: { accept: 'text/html' } })).statusCode, 401, 'after authentication')
})

t.test('versions of the protocol', async (t) => {
  const app = await makeApp(t)
  await app.inject({ method: 'POST', url: calls, payload: { id: 'a' } })
  const table: Array<[string, string, boolean]> = [
    ['OData-MaxVersion', '4.0', true], ['OData-MaxVersion', '4.01', true], ['OData-MaxVersion', '5.0', true], ['OData-MaxVersion', '10.0', true],
    ['OData-MaxVersion', '3.0', false], ['OData-MaxVersion', '3.99', false], ['OData-MaxVersion', '4', false], ['OData-MaxVersion', '', false], ['OData-MaxVersion', '4.0;NetFx', false], ['OData-MaxVersion', 'x', false],
    ['OData-Version', '4.0', true], ['OData-Version', '4.01', true], ['OData-Version', '3.0', false], ['OData-Version', '4.02', false], ['OData-Version', 'x', false]
  ]
  for (const [header, value, isFine] of table) {
    for (const [method, url] of [['GET', calls], ['GET', `${calls}/a`], ['GET', `${calls}/$count`], ['PATCH', `${calls}/a`], ['GET', '/v1.0/$metadata'], ['GET', '/v1.0']] as const) {
      const answer = await app.inject({ method, url, headers: { [header]: value }, ...(method === 'PATCH' && { payload: {} }) })
      t.equal(answer.statusCode, isFine ? 200 : 400, `${header}: ${value} to ${method} ${url}`)
      t.equal(answer.headers['odata-version'], '4.0')
      if (!isFine) t.equal(answer.json().error.target, header)
    }
  }
  t.equal((await app.inject({ method: 'PATCH', url: `${calls}/a`, payload: {}, headers: { prefer: 'odata.unknown=1, wait=5' } })).statusCode, 200, 'unknown preferences are ignored')
})

t.test('levels of control information', async (t) => {
  const app = await makeApp(t)
  const ask = async (url: string, level: string, ieee = false): Promise<Json> => {
    const answer = await app.inject({ url, headers: { accept: `application/json;odata.metadata=${level};IEEE754Compatible=${String(ieee)}` } })
    return answer.json<Json>()
  }
  const comms = {
    id: 'a', '@odata.type': '#microsoft.graph.inviteParticipantsOperation', resultInfo: { code: 200, subcode: 0 },
    participants: [{ identity: { user: { id: 'u', mood: 'good', 'age@odata.type': '#Int64', age: 5 } } }],
    'count@odata.type': '#Int64', count: 12, plain: 3, nested: { '@odata.type': '#contoso.x', 'y@odata.type': '#Decimal', y: 1.5, list: [{ '@odata.type': '#contoso.z', z: 1 }, 2, null] }
  }
  t.equal((await app.inject({ method: 'POST', url: calls, payload: comms })).statusCode, 201)
  const minimal = await ask(`${calls}/a`, 'minimal')
  const none = await ask(`${calls}/a`, 'none')
  t.strictSame(none, {
    id: 'a', clientContext: null, resultInfo: { code: 200, subcode: 0, message: null }, status: 'NotStarted',
    participants: [{ hidden: null, identity: { application: null, device: null, user: { displayName: null, id: 'u', mood: 'good', age: 5 } }, participantId: null, removeFromDefaultAudioRoutingGroup: null, replacesCallId: null }],
    count: 12, plain: 3, nested: { y: 1.5, list: [{ z: 1 }, 2, null] }
  })
  const self = `http://localhost:80${calls}/a`
  const full = await ask(`${calls}/a`, 'full')
  t.strictSame(full, {
    ...minimal,
    '@odata.id': self,
    '@odata.editLink': self,
    'status@odata.type': '#microsoft.graph.operationStatus',
    resultInfo: { ...minimal['resultInfo'], 'code@odata.type': '#Int32', 'subcode@odata.type': '#Int32' },
    'participants@odata.type': '#Collection(microsoft.graph.invitationParticipantInfo)'
  })
  t.strictSame(Object.keys(full).slice(0, 5), ['@odata.context', '@odata.type', '@odata.id', '@odata.editLink', '@odata.etag'])
  t.equal(Object.keys(full).indexOf('status@odata.type') + 1, Object.keys(full).indexOf('status'), 'an annotation goes before its property')
  const ieee = await ask(`${calls}/a`, 'minimal', true)
  t.strictSame(ieee, { ...minimal, count: '12', participants: [{ ...minimal['participants'][0], identity: { ...minimal['participants'][0].identity, user: { ...minimal['participants'][0].identity.user, age: '5' } } }], nested: { ...minimal['nested'], y: '1.5' } })
  t.strictSame(await ask(calls, 'none'), { value: [none] })
  const { '@odata.context': context, ...entity } = full
  t.match(context, /\/microsoft\.graph\.inviteParticipantsOperation\/\$entity$/)
  t.strictSame(await ask(calls, 'full'), { '@odata.context': "http://localhost:80/v1.0/$metadata#communications/calls('57')/operations", value: [entity] })

  for (const id of ['b', 'c']) await app.inject({ method: 'POST', url: notes, payload: { id, createdDateTime: '2016-12-31T23:57:10.8757278+03:00', ...(id === 'b' && { error: { code: '1' } }) } })
  const page = await ask(`${notes}?$top=1`, 'none')
  t.strictSame(Object.keys(page), ['value', '@odata.nextLink'])
  t.strictSame(page['value'], [{ id: 'b', createdDateTime: '2016-12-31T23:57:10.8757278+03:00', lastActionDateTime: '2016-12-31T23:57:10.8757278+03:00', status: 'NotStarted', error: { code: '1', message: null }, percentComplete: null, resourceId: null, resourceLocation: null }])
  t.match(await ask(`${notes}/b`, 'full'), {
    '@odata.editLink': 'http://localhost:80/v1.0/sites/s%2C1/onenote/operations/b',
    'createdDateTime@odata.type': '#DateTimeOffset',
    'lastActionDateTime@odata.type': '#DateTimeOffset',
    error: { '@odata.type': '#microsoft.graph.onenoteOperationError', code: '1' },
    percentComplete: null
  })
  const patched = await app.inject({ method: 'PATCH', url: `${notes}/b`, payload: await ask(`${notes}/b`, 'full'), headers: { accept: 'application/json;odata.metadata=none' } })
  t.strictSame([patched.statusCode, patched.json()], [200, page['value'][0]], 'what was read may be sent back')
  t.match(patched.headers['etag'], /^W\//, 'the tag stays in its header')
})

t.test('numbers of 64 bits, and a type that is stored but no longer declared', async (t) => {
  const store = memoryStore()
  const app = await makeApp(t, { store, collections: [hostRow('/jobs')] })
  const accept = 'application/json;IEEE754Compatible=true;odata.metadata=full'
  const payload = { id: 'a', level: 'low', levels: ['high'], ratio: 1, big: 5, bigs: [1, 2], mixed: 'a', mail: '@', kind: 'x', fixed: 'a', place: { inner: { at: 1 } } }
  const created = await app.inject({ method: 'POST', url: '/v1.0/jobs', payload, headers: { accept } })
  t.equal(created.statusCode, 201, created.body)
  t.match(created.json(), {
    'level@odata.type': '#contoso.level', 'levels@odata.type': '#Collection(contoso.level)', 'big@odata.type': '#Int64', big: '5',
    'bigs@odata.type': '#Collection(Int64)', bigs: ['1', '2'], ratio: 1, place: { inner: { 'at@odata.type': '#Int32', at: 1 } }
  })
  t.notMatch(Object.keys(created.json()), /^(ratio|mixed|mail|kind|fixed|place|flag)@/)
  t.equal((await app.inject({ url: '/v1.0/jobs?$count=true', headers: { accept } })).json()['@odata.count'], '1')
  t.equal((await app.inject({ url: '/v1.0/jobs?$count=true' })).json()['@odata.count'], 1)
  await store.commit({ tenant: 'local', owner: 'host/jobs' }, [{ kind: 'insert', record: { id: 'old', type: 'contoso.gone', created: '2020-01-01T00:00:00.0000000Z', lastAction: '', status: -1, text: '{"@odata.type":"#contoso.gone","id":"old","n":1}' } }])
  t.match((await app.inject({ url: '/v1.0/jobs/old', headers: { accept } })).json(), { '@odata.type': '#contoso.gone', id: 'old', n: 1 })
})

t.test('an answer that depends on Accept depends on what the host says too', async (t) => {
  for (const vary of ['Origin, Cookie', ['Origin', 'Cookie']]) {
    const app = Fastify()
    t.teardown(async () => { await app.close() })
    app.addHook('onRequest', async (_request, reply) => { void reply.header('vary', vary) })
    await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none' })
    t.equal((await app.inject(calls)).headers.vary, 'Origin, Cookie, Prefer, Accept')
  }
})

t.test('keys in parentheses may stand anywhere in a URL', async (t) => {
  const app = await makeApp(t)
  const collection = "/v1.0/invitations('i')/invitedUser/joinedGroups('g')/sites('a,b')/onenote/operations"
  const created = await app.inject({ method: 'POST', url: collection, payload: { id: 'x' } })
  t.equal(created.headers.location, 'http://localhost:80/v1.0/invitations/i/invitedUser/joinedGroups/g/sites/a%2Cb/onenote/operations/x')
  for (const url of [`${collection}('x')`, `${collection}/x`, "/v1.0/sites/a,b/onenote/operations('x')", "/v1.0/sites(id='a,b')/onenote/operations/x", '/v1.0/sites/a,b/onenote/operations/x']) {
    t.equal((await app.inject(url)).json().id, 'x', url)
    t.equal((await app.inject({ method: 'PUT', url })).statusCode, 405, url)
  }
  t.equal((await app.inject(`${collection}/$count`)).body, '1')
  for (const method of ['GET', 'DELETE'] as const) t.equal((await app.inject({ method, url: '/v1.0/sites/a,b/onenote/operations(x' })).statusCode, 400, 'a key that is not closed is none')
  t.equal((await app.inject("/v1.0/users('it''s')/onenote/operations")).json()['@odata.context'], "http://localhost:80/v1.0/$metadata#users('it''s')/onenote/operations")
  for (const url of ['/v1.0/sites(a)/onenote/operations', "/v1.0/sites(x='a')/onenote/operations", '/v1.0/sites(a/onenote/operations', "/v1.0/sites('a'/onenote/operations"]) t.match((await app.inject(url)).json(), { error: { code: 'invalidRequest', target: 'siteId' } }, url)
})
