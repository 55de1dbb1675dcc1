import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { InjectOptions } from 'light-my-request'
import t from 'tap'
import type { Test } from 'tap'
import graphOperations, { collections, extend, GraphError, memoryStore, Operation, recommendedServerOptions } from '../index.js'
import type { Action, CollectionDefinition, Permissions, Principal } from '../index.js'
import { makeGuard } from '../plugins/auth.js'
import { toRows } from '../routes/collection.js'
import { count } from '../routes/operations/count.js'
import { makeApp } from './support/app.js'
import { as, fromHeader, otherUser, tenant, user } from './support/callers.js'

/*
 * Who may do what: every built-in collection with every method and form, each kind of caller and each permission.
 * What is expected is written down here, not read from the sources.
 */

const notes = {
  read: {
    delegated: ['Notes.Create', 'Notes.Read', 'Notes.Read.All', 'Notes.ReadWrite', 'Notes.ReadWrite.All'],
    personal: ['Notes.Create', 'Notes.Read', 'Notes.ReadWrite'],
    application: ['Notes.Read.All', 'Notes.ReadWrite.All']
  },
  write: {
    delegated: ['Notes.Create', 'Notes.ReadWrite', 'Notes.ReadWrite.All'],
    personal: ['Notes.Create', 'Notes.ReadWrite'],
    application: ['Notes.ReadWrite.All']
  }
}
const callActions = ['Calls.Initiate.All', 'Calls.InitiateGroupCall.All', 'Calls.JoinGroupCall.All', 'Calls.JoinGroupCallAsGuest.All', 'Calls.AccessMedia.All']
const callPermissions = {
  read: { delegated: [], personal: [], application: callActions },
  write: { delegated: [], personal: [], application: callActions }
}
type Table = Record<'read' | 'write', Record<keyof Permissions, string[]>>
type Kind = keyof Permissions

interface Place {
  readonly path: string
  readonly owner: string
  readonly table: Table
  /** Whether it belongs to the caller. */
  readonly isOwn?: boolean
  readonly isMe?: boolean
}

const places: readonly Place[] = [
  { path: '/me/onenote/operations', owner: `users/${user}`, table: notes, isOwn: true, isMe: true },
  { path: `/users/${user}/onenote/operations`, owner: `users/${user}`, table: notes, isOwn: true },
  { path: `/users/${otherUser}/onenote/operations`, owner: `users/${otherUser}`, table: notes },
  { path: '/groups/g1/onenote/operations', owner: 'groups/g1', table: notes },
  { path: '/sites/s1/onenote/operations', owner: 'sites/s1', table: notes },
  { path: '/groups/g1/sites/s1/onenote/operations', owner: 'sites/s1', table: notes },
  { path: '/invitations/i1/invitedUser/joinedGroups/g1/sites/s1/onenote/operations', owner: 'sites/s1', table: notes },
  { path: '/communications/calls/c1/operations', owner: 'calls/c1', table: callPermissions },
  { path: '/app/calls/c1/operations', owner: 'calls/c1', table: callPermissions }
]

interface Form {
  readonly method: NonNullable<InjectOptions['method']>
  readonly suffix: string
  readonly headers?: Record<string, string>
  readonly payload?: object
  /** Every action that the caller must be permitted, in the order of the questions. */
  readonly actions: readonly Action[]
  /** When it is permitted; nothing is changed by any of them. */
  readonly status: number
}

const site = '/v1.0/sites/contoso/onenote/operations'
const calls = '/v1.0/communications/calls/57dab8b1/operations'

const delta = (...value: object[]): object => ({ '@context': '#$delta', value })
const upsert = { prefer: 'create-if-missing' }
const onlyNew = { 'if-none-match': '*' }
const removed = { reason: 'deleted' }

/** Every route, and every way to ask more of one. There is one operation, `here`. */
const forms: readonly Form[] = [
  { method: 'GET', suffix: '', actions: ['list'], status: 200 },
  { method: 'GET', suffix: '?$filter=status eq null&$orderby=id desc&$select=status&$top=1&$skip=1&$count=true', actions: ['list'], status: 200 },
  { method: 'HEAD', suffix: '', actions: ['list'], status: 200 },
  { method: 'GET', suffix: '/here', actions: ['get'], status: 200 },
  { method: 'GET', suffix: '/none', actions: ['get'], status: 404 },
  { method: 'HEAD', suffix: '/here', actions: ['get'], status: 200 },
  { method: 'GET', suffix: '(\'here\')', actions: ['get'], status: 200 },
  { method: 'GET', suffix: '/$count', actions: ['count'], status: 200 },
  { method: 'HEAD', suffix: '/$count', actions: ['count'], status: 200 },
  { method: 'POST', suffix: '', payload: { id: 'here' }, actions: ['create'], status: 409 },
  { method: 'POST', suffix: '', payload: { id: 'here' }, headers: onlyNew, actions: ['create'], status: 412 },
  { method: 'PATCH', suffix: '/here', payload: {}, actions: ['update'], status: 200 },
  { method: 'PATCH', suffix: '(\'here\')', payload: {}, actions: ['update'], status: 200 },
  { method: 'PATCH', suffix: '', payload: { id: 'here' }, actions: ['update'], status: 200 },
  { method: 'PATCH', suffix: '', payload: {}, actions: ['update'], status: 200 },
  { method: 'PATCH', suffix: '/here', payload: {}, headers: upsert, actions: ['update', 'create'], status: 200 },
  { method: 'PATCH', suffix: '/here', payload: {}, headers: onlyNew, actions: ['update', 'create'], status: 412 },
  { method: 'PATCH', suffix: '', payload: { id: 'here' }, headers: upsert, actions: ['update', 'create'], status: 200 },
  { method: 'PATCH', suffix: '', payload: { id: 'here' }, headers: onlyNew, actions: ['update', 'create'], status: 412 },
  { method: 'PATCH', suffix: '', payload: delta(), actions: ['update'], status: 200 },
  { method: 'PATCH', suffix: '', payload: delta({ id: 'here' }), actions: ['update', 'create'], status: 200 },
  { method: 'PATCH', suffix: '', payload: delta({ id: 'new', status: 'nonsense' }), actions: ['update', 'create'], status: 400 },
  { method: 'PATCH', suffix: '', payload: delta({ id: 'none', '@removed': removed }), actions: ['update', 'remove'], status: 404 },
  { method: 'PATCH', suffix: '', payload: delta({ id: 'here' }, { id: 'none', '@removed': removed }), headers: { prefer: 'odata.continue-on-error' }, actions: ['update', 'create', 'remove'], status: 200 },
  { method: 'DELETE', suffix: '/none', actions: ['remove'], status: 404 },
  { method: 'DELETE', suffix: '(\'none\')', actions: ['remove'], status: 404 }
]

const entryOf = (action: Action): 'read' | 'write' => ['list', 'get', 'count'].includes(action) ? 'read' : 'write'

/** One form of every set of actions. */
const oneOfEach = forms.filter(({ actions }, index) => forms.findIndex((form) => form.actions.join() === actions.join()) === index)

/** Names that are no permissions of these collections among them. */
const everyPermission = [...notes.read.delegated, ...callActions, 'User.Read', 'notes.readwrite.all', 'Notes.ReadWrite.All.Foo', 'Sites.ReadWrite.All']

/** Some that are enough for all, for the caller's own or for reading, and one that is for nothing. */
const somePermissions = ['Notes.ReadWrite.All', 'Notes.ReadWrite', 'Notes.Read.All', 'Calls.Initiate.All', 'User.Read']

const kinds: Record<Kind, (permissions: string[]) => Record<string, string>> = {
  delegated: (permissions) => as({ scopes: permissions }),
  personal: (permissions) => as({ scopes: permissions, personal: true }),
  application: (permissions) => as({ roles: permissions })
}

/** `/calls/c1/operations` as `/calls('c1')/operations`. */
const toParenthesised = (path: string): string => path.replaceAll(/\/(users|groups|sites|invitations|joinedGroups|calls)\/([^/]+)/g, '/$1(\'$2\')')

/** An application with one operation, `here`, wherever the forms go. */
async function setUp (t: Test, options: Parameters<typeof makeApp>[1] = {}): Promise<FastifyInstance> {
  const app = await makeApp(t, { auth: fromHeader, ...options })
  for (const owner of new Set(places.map((place) => place.owner))) await app.operations.create({ tenant, owner }, { id: 'here' })
  return app
}

function toRequest (path: string, { method, suffix, headers, payload }: Form, caller: Record<string, string> = {}): InjectOptions {
  return { method, url: `/v1.0${path}${suffix}`, headers: { ...headers, ...caller }, ...(payload && { payload }) }
}

/** What a caller of a kind with one permission, or none, is answered. */
function toExpected ({ table, isOwn = false, isMe = false }: Place, { actions, status }: Form, kind: Kind, permission: string | undefined): number {
  const isEnough = permission !== undefined && actions.every((action) => table[entryOf(action)][kind].includes(permission)) &&
    (kind === 'application' ? !isMe : isOwn || permission.endsWith('.All'))
  return isEnough ? status : 403
}

t.test('the permission matrix', async (t) => {
  const app = await setUp(t)
  const changes = await app.operationStore.changes({ tenant, owner: 'calls/c1' }, undefined, 10)
  const check = async (path: string, place: Place, form: Form, permissions: ReadonlyArray<string | undefined>): Promise<string[]> => {
    const wrong = []
    for (const [kind, headersOf] of Object.entries(kinds) as Array<[Kind, (permissions: string[]) => Record<string, string>]>) {
      for (const permission of permissions) {
        const expected = toExpected(place, form, kind, permission)
        const { statusCode } = await app.inject(toRequest(path, form, headersOf(permission === undefined ? [] : [permission])))
        if (statusCode !== expected) wrong.push(`${form.method} ${form.suffix} ${JSON.stringify(form.payload)} as ${kind} with ${String(permission)}: ${statusCode}, not ${expected}`)
      }
    }
    return wrong
  }
  for (const place of places) {
    const wrong: string[] = []
    for (const form of forms) wrong.push(...await check(place.path, place, form, [undefined, ...oneOfEach.includes(form) ? everyPermission : somePermissions]))
    t.strictSame(wrong, [], place.path)
    const path = toParenthesised(place.path)
    for (const form of oneOfEach) wrong.push(...await check(path, place, form, somePermissions))
    t.strictSame(wrong, [], path)
  }
  t.strictSame(oneOfEach.length, 9)
  t.strictSame(collections.length, places.length - 1, 'every built-in collection is here, users twice')
  t.strictSame(await app.operationStore.changes({ tenant, owner: 'calls/c1' }, undefined, 10), changes, 'and nothing was changed')
})

t.test('every route is for callers, but for what says nothing of anybody\'s operations', async (t) => {
  const routes: Array<{ method: string, url: string }> = []
  const app = Fastify({ ...recommendedServerOptions })
  t.teardown(async () => { await app.close() })
  app.addHook('onRoute', ({ method, url }) => { for (const one of [method].flat()) routes.push({ method: one, url }) })
  const own: CollectionDefinition = { path: '/jobs/{jobId}/operations', owner: 'jobs/{jobId}', type: Operation, permissions: { application: { read: [], write: [] } } }
  await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: fromHeader, collections: [own] })
  await app.ready()
  const open = ['/v1.0/$metadata', '/v1.0/', '/v1.0']
  const methods = new Set<string>()
  for (const { method, url } of routes) {
    const { statusCode, headers } = await app.inject({ method: method as 'GET', url: url.replaceAll(/\(:\w+/g, '(\'x\')').replaceAll(/:\w+/g, 'x') })
    const isOurs = (headers.allow ?? '').split(', ').includes(method)
    const expected = method === 'OPTIONS' ? 204 : headers.allow !== undefined && !isOurs ? 405 : open.includes(url) ? 200 : 401
    if (statusCode !== expected) t.fail(`${method} ${url}: ${statusCode}, not ${expected}`)
    if (statusCode === 401) methods.add(`${method} ${/(?:\(:id|:id)$/.test(url) ? 'entity' : url.endsWith('$count') ? 'count' : 'collection'}`)
  }
  t.strictSame([...methods].sort(), ['DELETE entity', 'GET collection', 'GET count', 'GET entity', 'HEAD collection', 'HEAD count', 'HEAD entity', 'PATCH collection', 'PATCH entity', 'POST collection'])
  t.ok(routes.length > 300, `${routes.length} routes`)
  for (const url of open) t.equal((await app.inject({ method: 'HEAD', url })).statusCode, 200)
  t.equal((await app.inject({ method: 'PUT', url: '/v1.0/$metadata' })).statusCode, 405)
})

t.test('a column left out is for nobody, and an empty entry for nobody\'s reading or writing', async (t) => {
  const Own = extend(Operation, 'contoso.importOperation', {}, { description: 'An import.' })
  const row = (name: string, permissions: Permissions): CollectionDefinition => ({ path: `/${name}`, owner: name, type: Own, permissions })
  const app = await makeApp(t, {
    auth: fromHeader,
    collections: [
      row('a', { application: { read: ['A.Read'], write: [] } }),
      row('b', { personal: { read: ['A.Read.All'], write: ['A.Read.All'] }, delegated: undefined } as unknown as Permissions),
      row('c', { delegated: { read: [], write: ['A.Read.All'] } })
    ]
  })
  const statusOf = async (method: 'GET' | 'POST', url: string, principal: Partial<Principal>): Promise<number> => (await app.inject({ method, url: `/v1.0${url}`, headers: as(principal), ...(method === 'POST' && { payload: {} }) })).statusCode
  const held = ['A.Read', 'A.Read.All']
  const statuses = []
  for (const url of ['/a', '/b', '/c']) {
    for (const principal of [{ scopes: held }, { scopes: held, personal: true }, { roles: held }, {}]) statuses.push(await statusOf('GET', url, principal), await statusOf('POST', url, principal))
  }
  t.strictSame(statuses, [
    403, 403, 403, 403, 200, 403, 403, 403,
    403, 403, 200, 201, 403, 403, 403, 403,
    403, 201, 403, 403, 403, 403, 403, 403
  ])
})

t.test('a route without a permission fails the boot', async (t) => {
  const Own = extend(Operation, 'contoso.importOperation', {}, { description: 'An import.' })
  const good = { read: ['A.Read.All'], write: ['A.ReadWrite.All'] }
  const mistakes: Array<[unknown, RegExp]> = [
    [undefined, /its permissions are missing/],
    [null, /its permissions are missing/],
    ['Notes.Read', /its permissions are missing/],
    [['Notes.Read'], /its permissions are missing/],
    [{}, /its permissions have no column/],
    [{ application: undefined }, /its permissions have no column/],
    [{ aplication: good }, /permissions\.aplication is no column/],
    [{ application: good, read: ['A'] }, /permissions\.read is no column/],
    [{ application: null }, /permissions\.application must be/],
    [{ application: good, delegated: ['A'] }, /permissions\.delegated must be/],
    [{ application: {} }, /permissions\.application\.read must be a list/],
    [{ application: { read: ['A'] } }, /permissions\.application\.write must be a list/],
    [{ delegated: { write: ['A'] } }, /permissions\.delegated\.read must be a list/],
    [{ application: good, personal: { read: ['A'], write: undefined } }, /permissions\.personal\.write must be a list/],
    [{ application: { ...good, wirte: ['A'] } }, /permissions\.application\.wirte is no entry/],
    [{ application: { ...good, read: 'A.Read.All' } }, /permissions\.application\.read must be a list/],
    [{ application: { ...good, read: new Set(['A']) } }, /permissions\.application\.read must be a list/],
    [{ application: { ...good, write: ['A', 5] } }, /permissions\.application\.write must be a list/],
    [{ application: { ...good, write: ['A', ''] } }, /permissions\.application\.write must be a list/],
    [{ application: { ...good, write: ['A', , 'B'] } }, /permissions\.application\.write must be a list/]
  ]
  for (const [permissions, message] of mistakes) {
    for (const auth of ['none', fromHeader] as const) {
      const app = Fastify()
      const collection = { path: '/imports/{importId}/operations', owner: 'imports/{importId}', type: Own, permissions } as CollectionDefinition
      await t.rejects(async () => { await app.register(graphOperations, { store: memoryStore(), auth, collections: [collection] }) }, { code: 'OPS_ERR_COLLECTION', message: /\/imports\/\{importId\}\/operations/ })
      t.throws(() => toRows([collection]), { message })
    }
  }
})

t.test('a route whose action no permission is for fails the boot', async (t) => {
  const [row] = toRows(collections)
  for (const auth of ['none', fromHeader] as const) {
    const { guard } = makeGuard({ auth, authorize: () => true })
    for (const action of ['archive', '', 'constructor', undefined]) t.throws(() => guard(row!, action as Action), { code: 'OPS_ERR_ACTION', message: /\/me\/onenote\/operations/ })
  }
  const routes = await t.mockImport<object>('../routes/index.js', { '../routes/operations/count.js': { count: { ...count, action: 'archive' } } })
  const { default: plugin } = await t.mockImport<{ default: typeof graphOperations }>('../index.js', { '../routes/index.js': routes })
  await t.rejects(async () => { await Fastify().register(plugin, { store: memoryStore(), auth: 'none' }) }, { code: 'OPS_ERR_ACTION', message: /"archive"/ })
})

t.test('several permissions are more than one', async (t) => {
  const app = await makeApp(t, { auth: fromHeader })
  const statusOf = async (url: string, principal: Partial<Principal>): Promise<number> => (await app.inject({ url, headers: as(principal) })).statusCode
  t.equal(await statusOf(site, { scopes: ['User.Read', 'Notes.Read', 'Notes.Read.All'] }), 200)
  t.equal(await statusOf(site, { scopes: ['Notes.Read', 'Files.Read.All'] }), 403, 'an unrelated .All does not widen another')
  t.equal(await statusOf(site, { scopes: [], roles: ['Notes.Read.All'] }), 403, 'roles beside scopes do not count')
  t.equal(await statusOf(site, {}), 403, 'neither')
})

t.test('403 says what is needed', async (t) => {
  const app = await makeApp(t, { auth: fromHeader })
  const messageOf = async (url: string, principal: Partial<Principal>, method: 'GET' | 'DELETE' = 'GET'): Promise<unknown> => {
    const response = await app.inject({ method, url, headers: as(principal) })
    t.strictSame([response.statusCode, response.headers['www-authenticate']], [403, undefined])
    return response.json<{ error: unknown }>().error
  }
  t.match(await messageOf(site, { roles: [] }), { code: 'accessDenied', message: /needs one of Notes\.Read\.All, Notes\.ReadWrite\.All$/ })
  t.match(await messageOf(`${site}/x`, { roles: [] }, 'DELETE'), { message: /needs one of Notes\.ReadWrite\.All$/ })
  t.match(await messageOf(calls, { scopes: callActions }), { code: 'accessDenied', message: 'the caller may not do this' }, 'nothing would do')
  t.match(await messageOf('/v1.0/me/onenote/operations', { roles: ['Notes.ReadWrite.All'] }), { message: '/me needs a delegated token' })
})

t.test('a delegated permission without .All reaches the user\'s own, by each name', async (t) => {
  const app = await makeApp(t, { auth: fromHeader })
  const headers = as({ scopes: ['Notes.ReadWrite'], aliases: ['Adele@contoso.com', 'guest_fabrikam.com#EXT#@contoso.com'] })
  const created = await app.inject({ method: 'POST', url: '/v1.0/users/adele@CONTOSO.com/onenote/operations', headers, payload: { id: 'mine' } })
  t.equal(created.statusCode, 201)
  for (const path of ['/me', `/users/${user}`, `/users/${user.toUpperCase()}`, '/users/ADELE@contoso.com', '/users/adele@contoso.com', `/users/${encodeURIComponent('guest_fabrikam.com#EXT#@contoso.com')}`]) {
    const response = await app.inject({ url: `/v1.0${path}/onenote/operations/mine`, headers })
    t.match([response.statusCode, response.json()], [200, { id: 'mine' }], path)
  }
  for (const path of [`/users/${otherUser}`, '/users/other@contoso.com', '/users/me', `/groups/${user}`, `/sites/${user}`, `/groups/g/sites/${user}`, '/sites/contoso']) {
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      t.equal((await app.inject({ method, url: `/v1.0${path}/onenote/operations/mine`, headers })).statusCode, 403, `${method} ${path}`)
    }
  }
  const all = as({ scopes: ['Notes.Read.All'] })
  t.equal((await app.inject({ url: `/v1.0/users/${user}/onenote/operations/mine`, headers: all })).statusCode, 200)
  const other = as({ subject: otherUser, scopes: ['Notes.ReadWrite'] })
  t.equal((await app.inject({ url: `/v1.0/users/${user}/onenote/operations/mine`, headers: other })).statusCode, 403, 'and not another\'s')
  t.equal((await app.inject({ url: '/v1.0/me/onenote/operations/mine', headers: other })).statusCode, 404, 'whose /me is something else')
})

t.test('authorize replaces the decision', async (t) => {
  const decisions: Array<[Principal, ...unknown[]]> = []
  const principal: Principal = { tenant: 'acme', subject: user.toUpperCase(), aliases: ['ada@acme.example'] }
  let allow: (action: string) => boolean | Promise<boolean> = () => true
  const app = await makeApp(t, {
    auth: () => principal,
    authorize (...decision) {
      decisions.push([...decision])
      return allow(decision[1])
    }
  })
  for (const form of forms) {
    decisions.length = 0
    await app.inject(toRequest('/communications/calls/57dab8b1/operations', form))
    t.strictSame(decisions.map(([, action]) => action), form.actions, `${form.method} ${form.suffix}`)
    for (const [who, , collection, owner] of decisions) {
      t.equal(who, principal)
      t.equal(collection, collections.find(({ path }) => path === '/communications/calls/{callId}/operations'))
      t.equal(owner, 'calls/57dab8b1')
    }
  }

  decisions.length = 0
  const owners = {
    '/me': `users/${user}`,
    [`/users/${user.toUpperCase()}`]: `users/${user}`,
    '/users/ADA@acme.example': `users/${user}`,
    '/users/bob': 'users/bob',
    [`/groups/${otherUser.toUpperCase()}`]: `groups/${otherUser}`,
    '/groups/g/sites/contoso.example,1,2': 'sites/contoso.example,1,2'
  }
  for (const path of Object.keys(owners)) t.equal((await app.inject(`/v1.0${path}/onenote/operations`)).statusCode, 200, `${path}, with no permission at all`)
  t.strictSame(decisions.map(([, , , owner]) => owner), Object.values(owners))

  for (const refusal of [() => false, async () => await Promise.resolve(false)]) {
    allow = refusal
    const response = await app.inject(site)
    t.equal(response.statusCode, 403)
    t.match(response.json(), { error: { code: 'accessDenied', message: 'the caller may not do this' } }, 'permissions are not what it is about')
  }
  allow = (action) => action === 'list'
  t.equal((await app.inject(site)).statusCode, 200)
  t.equal((await app.inject({ method: 'POST', url: site, payload: {} })).statusCode, 403)
  t.equal((await app.inject(`${site}/$count`)).statusCode, 403)
  allow = () => { throw new GraphError('itemNotFound') }
  t.equal((await app.inject(site)).statusCode, 404)
  allow = async () => await Promise.reject(new Error('1234'))
  const failed = await app.inject(site)
  t.equal(failed.statusCode, 500)
  t.notMatch(failed.body, /1234/)

  decisions.length = 0
  t.equal((await app.inject('/v1.0/users/a%20b/onenote/operations')).statusCode, 400)
  t.strictSame(decisions, [], 'an owner that cannot be one is not asked about')
})

t.test('who may not do one thing does not do it by another', async (t) => {
  let refused: Action | undefined
  const app = await setUp(t, { auth: () => ({ tenant, subject: user }), authorize: (_principal, action) => action !== refused })
  const before = await app.operationStore.changes({ tenant, owner: 'calls/c1' }, undefined, 10)
  for (const path of ['/me/onenote/operations', '/communications/calls/c1/operations']) {
    for (const form of forms) {
      for (refused of ['list', 'get', 'count', 'create', 'update', 'remove', undefined] as const) {
        const { statusCode } = await app.inject(toRequest(path, form))
        const expected = refused !== undefined && form.actions.includes(refused) ? 403 : form.status
        if (statusCode !== expected) t.fail(`${form.method} ${path}${form.suffix} without ${String(refused)}: ${statusCode}, not ${expected}`)
      }
    }
  }
  // what is refused in part is not done in part
  const create = { method: 'PATCH', url: '/v1.0/app/calls/c1/operations', payload: delta({ id: 'b' }, { id: 'here', '@removed': removed }), headers: { prefer: 'odata.continue-on-error' } } as const
  for (refused of ['create', 'remove', 'update'] as const) t.equal((await app.inject(create)).statusCode, 403)
  t.strictSame(await app.operationStore.changes({ tenant, owner: 'calls/c1' }, undefined, 10), before)
  refused = undefined
  t.equal((await app.inject(create)).statusCode, 200)
})

t.test('/me needs a user, whatever authorize says', async (t) => {
  const seen: Principal[] = []
  const app = await makeApp(t, { auth: fromHeader, authorize: (principal) => seen.push(principal) > 0 })
  t.equal((await app.inject({ url: '/v1.0/me/onenote/operations', headers: as({ roles: [] }) })).statusCode, 403)
  t.strictSame(seen, [])
  t.equal((await app.inject({ url: '/v1.0/me/onenote/operations', headers: as({ scopes: [] }) })).statusCode, 200)
})
