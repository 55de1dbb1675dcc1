import Fastify from 'fastify'
import type { Response } from 'light-my-request'
import t from 'tap'
import type { Test } from 'tap'
import graphOperations, { memoryStore, StoreUnavailableError } from '../index.js'
import type { Awaitable, OperationStore } from '../index.js'
import { parseDelta } from '../odata/delta.js'
import { Turns } from '../operations/turns.js'
import { countingStore, makeApp } from './support/app.js'
import { makeStoreKinds } from './support/stores.js'

const calls = '/v1.0/communications/calls/57/operations'
const notes = '/v1.0/sites/s/onenote/operations'
const onError = { prefer: 'odata.continue-on-error' }

const stores = Object.entries(makeStoreKinds(t))

/** An application whose commits are counted, and what tests ask it. */
async function setUp (t: Test, makeStore: (t: Test) => Awaitable<OperationStore> = () => memoryStore(), options: Parameters<typeof makeApp>[1] = {}) {
  const store = countingStore(await makeStore(t))
  const app = await makeApp(t, { store, ...options })
  const send = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object, headers: Record<string, string> = {}) => {
    const answer = await app.inject({ method, url, headers, ...(payload && { payload }) })
    const body = answer.body === '' || !String(answer.headers['content-type']).startsWith('application/json') ? {} : answer.json()
    return { status: answer.statusCode, headers: answer.headers, text: answer.body, body, etag: String(answer.headers.etag), error: body.error, value: body.value as any[] }
  }
  const delta = async (value: unknown, headers: Record<string, string> = {}, url = calls) => await send('PATCH', url, { '@context': '#$delta', value }, headers)
  const idsOf = async (url = calls): Promise<string[]> => (await send('GET', url)).value.map(({ id }) => id).sort()
  return { app, store, send, delta, idsOf }
}

for (const [name, makeStore] of stores) {
  t.test(`${name}: changes are made together and answered in their order`, async (t) => {
    const { send, delta, idsOf, store } = await setUp(t, makeStore)
    await send('POST', calls, { id: 'a', n: 1 })
    await send('POST', calls, { id: 'b' })
    const { etag: same } = await send('POST', calls, { id: 'c', n: 1 })
    store.commits = 0
    const answer = await delta([
      { id: 'new', status: 'running', '@odata.type': '#microsoft.graph.recordOperation' },
      { '@removed': { reason: 'deleted' }, id: 'b', ignored: { deeply: 1 }, status: 'x' },
      { id: 'a', status: 'Running', n: null, '@odata.context': '#x/$entity' },
      { clientContext: 'no id' },
      { id: 'c', n: 1 }
    ])
    t.equal(answer.status, 200)
    t.equal(store.commits, 1)
    t.equal(answer.body['@odata.context'], "http://localhost:80/v1.0/$metadata#communications/calls('57')/operations/$delta")
    t.match(answer.headers['content-type'], /odata\.metadata=minimal/)
    t.equal(answer.headers.etag, undefined)
    t.equal(answer.headers['preference-applied'], undefined)
    const [created, removed, updated, chosen, unchanged] = answer.value
    t.strictSame(removed, { '@removed': { reason: 'deleted' }, id: 'b' })
    t.match(created, { '@odata.type': '#microsoft.graph.recordOperation', id: 'new', status: 'Running', recordingLocation: null })
    t.match(updated, { id: 'a', status: 'Running' })
    t.notOk('n' in updated)
    t.match(chosen, { id: /^[0-9a-f-]{36}$/, clientContext: 'no id', status: 'NotStarted' })
    t.equal(unchanged['@odata.etag'], same, 'nothing to change makes no new version')
    t.strictSame(await idsOf(), ['a', 'c', 'new', chosen.id].sort())
    for (const item of [created, updated, chosen, unchanged]) {
      const { '@odata.context': _context, ...stored } = (await send('GET', `${calls}/${item.id}`)).body
      t.strictSame(item, stored, 'as a list has it')
    }
    store.commits = 0
    t.equal((await delta([{ id: 'c', n: 1 }])).status, 200)
    t.equal(store.commits, 0)
  })

  t.test(`${name}: one failure fails all, and nothing is stored`, async (t) => {
    const { send, delta, idsOf, store } = await setUp(t, makeStore)
    const { etag } = await send('POST', notes, { id: 'a', status: 'Completed' })
    await send('POST', notes, { id: 'b' })
    store.commits = 0
    const failing: Array<[item: object, status: number, target: string]> = [
      [{ id: 'a', status: 'Running' }, 409, 'value/2/status'], [{ id: 'x', status: 'nothing' }, 400, 'value/2/status'], [{ id: 'x', unknown: 1 }, 400, 'value/2/unknown'],
      [{ id: 'x', error: { code: 5 } }, 400, 'value/2/error/code'], [{ id: 'a/b' }, 400, 'value/2/id'], [{ id: null }, 400, 'value/2/id'], [{ id: 'x', '@odata.type': '#microsoft.graph.commsOperation' }, 400, 'value/2/@odata.type'],
      [{ id: 'a', '@odata.etag': 'W/"old"' }, 412, 'value/2'], [{ id: 'x', '@odata.etag': etag }, 412, 'value/2'], [{ id: 'x', '@etag': '*' }, 412, 'value/2'],
      [{ id: 'x', '@removed': {} }, 404, 'value/2/id'], [{ id: 'a', '@removed': {}, '@etag': 'W/"old"' }, 412, 'value/2'], [{ id: 'a/b', '@removed': {} }, 400, 'value/2/id'], [{ id: 'x', '@removed': {}, '@etag': '*' }, 412, 'value/2']
    ]
    for (const [item, status, target] of failing) {
      const { status: given, error } = await delta([{ id: 'new' }, { id: 'b', '@removed': { reason: 'changed' } }, item], {}, notes)
      t.strictSame([given, error.target], [status, target], JSON.stringify(item))
      for (const detail of error.details ?? []) t.match(detail.target, /^value\/2/)
      t.ok(error.innerError['request-id'])
    }
    t.equal(store.commits, 0)
    t.strictSame(await idsOf(notes), ['a', 'b'])
    t.equal((await send('GET', `${notes}/a`)).etag, etag)
  })

  t.test(`${name}: each change on its own where the client prefers it`, async (t) => {
    const { send, delta, idsOf } = await setUp(t, makeStore)
    await send('POST', notes, { id: 'a', status: 'Completed' })
    await send('POST', notes, { id: 'b' })
    const { etag } = await send('POST', notes, { id: 'c' })
    const items = [
      { id: 'new' }, { id: 'a', status: 'Running' }, { id: 'b', '@removed': {} }, { id: 'x', '@removed': {} }, { id: 'y', status: 'nothing', unknown: 1 },
      { id: 'c', '@etag': etag, percentComplete: '5' }, { id: 'z', '@etag': '*' }, { percentComplete: 5 }, { id: 'a/b' }
    ]
    const answer = await delta(items, onError, notes)
    t.equal(answer.status, 200)
    t.equal(answer.headers['preference-applied'], 'odata.continue-on-error=true')
    t.match(answer.value[0], { id: 'new', status: 'NotStarted', '@odata.etag': /^W\// })
    t.strictSame(answer.value[2], { '@removed': { reason: 'deleted' }, id: 'b' })
    t.match(answer.value[5], { id: 'c', percentComplete: '5' })
    const type = { '@odata.type': '#Org.OData.Core.V1.DataModificationExceptionType' }
    const info = (code: string, message: string, target?: string, details?: object[]) => ({ code, message, severity: 'error', ...(target !== undefined && { target }), ...(details && { details }) })
    t.strictSame(answer.value[1], { id: 'a', '@Core.DataModificationException': { ...type, failedOperation: 'update', responseCode: 409, info: info('invalidStatusTransition', 'status cannot go from Completed to Running', 'status') } })
    t.strictSame(answer.value[3], { id: 'x', '@Core.DataModificationException': { ...type, failedOperation: 'delete', responseCode: 404, info: info('itemNotFound', 'there is no such operation', 'id') } })
    const unknown = '"unknown" is not a property of this type'
    t.strictSame(answer.value[4], { '@removed': {}, id: 'y', '@Core.DataModificationException': { ...type, failedOperation: 'insert', responseCode: 400, info: info('invalidRequest', unknown, 'unknown', [info('invalidRequest', unknown, 'unknown')]) } })
    t.strictSame(answer.value[6], { '@removed': {}, id: 'z', '@Core.DataModificationException': { ...type, failedOperation: 'insert', responseCode: 412, info: info('resourceModified', 'the operation is not in the state that If-Match asks for') } })
    t.match(answer.value[7], { '@removed': {}, '@Core.DataModificationException': { failedOperation: 'insert', responseCode: 400, info: { target: 'percentComplete' } } })
    t.notOk('id' in answer.value[7])
    t.match(answer.value[8], { '@removed': {}, id: 'a/b', '@Core.DataModificationException': { failedOperation: 'insert', responseCode: 400, info: { target: 'id' } } })
    t.equal(answer.value.length, items.length)
    t.strictSame(await idsOf(notes), ['a', 'c', 'new'])

    t.equal((await delta([{ id: 'a', status: 'Running' }], { prefer: 'odata.continue-on-error=false' }, notes)).status, 409)
    t.equal((await delta([{ id: 'a', status: 'Running' }], { prefer: 'Continue-On-Error=true' }, notes)).status, 200)
  })

  t.test(`${name}: 64 payloads about the same operations at once all succeed, in whatever order they name them`, async (t) => {
    const { delta, send } = await setUp(t, makeStore)
    const ids = ['a', 'b', 'c', 'd', 'e']
    const answers = await Promise.all(Array.from({ length: 64 }, async (_, n) => {
      const turned = ids.map((_, index) => ids[(index * (n % 4 + 1) + n) % 5])
      return await delta(turned.map((id) => ({ id, [`m${n}`]: n })), n % 8 === 0 ? onError : {})
    }))
    t.ok(answers.every(({ status }) => status === 200))
    for (const id of ids) {
      const { body } = await send('GET', `${calls}/${id}`)
      for (let n = 0; n < 64; n += 1) t.equal(body[`m${n}`], n)
    }
  })
}

t.test('a change is addressed by id or by entity-id, in either key style', async (t) => {
  const { delta, idsOf } = await setUp(t)
  const url = 'http://localhost/v1.0/communications/calls/57/operations'
  const named = ["/v1.0/communications/calls('57')/operations('a')", 'operations/b', `${url}/c`, "operations('d')", `${url}(id='e')`, `${url}('f')`, "operations%28'g'%29"]
  t.equal((await delta(named.map((id, index) => ({ [index % 2 === 0 ? '@id' : '@odata.id']: id })))).status, 200)
  t.strictSame(await idsOf(), ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
  t.strictSame((await delta([{ '@odata.removed': { reason: 'changed' }, '@odata.id': "operations('a')" }, { '@removed': {}, '@id': 'operations/b', id: 'b' }])).value, [
    { '@removed': { reason: 'deleted' }, id: 'a' }, { '@removed': { reason: 'deleted' }, id: 'b' }
  ])
  t.equal((await delta([{ '@id': "communications/calls('57')/operations('c')", clientContext: 'below the root' }, { '@id': 'communications/calls/57/operations/d', clientContext: 'below the root' }])).status, 200)
  t.equal((await delta([{ '@odata.id': null, clientContext: 'transient' }])).status, 200)
  t.equal((await idsOf()).length, 6)
  const bad: Array<[item: object, target: string]> = [
    [{ id: 'x', '@id': 'operations/y' }, 'value/0/@id'], [{ '@odata.id': 'operations/%zz' }, 'value/0/@odata.id'], [{ '@id': 5 }, 'value/0/@id'], [{ '@id': 'https://' }, 'value/0/@id'],
    // an entity-id of anything else is not one of this collection
    ...['a', 'operations', "operations('c')/microsoft.graph.commsOperation", "operations('c')?x=1", "operations('c')#x", `${url}/c/d`, 'https://elsewhere.example/v1.0/communications/calls/57/operations/c', '/beta/communications/calls/57/operations/c', "communications/calls/58/operations('c')", "/v1.0/sites/57/onenote/operations('c')", "calls('57')/operations('c')"]
      .map((id): [object, string] => [{ '@id': id, '@removed': {} }, 'value/0/@id']), [{ '@id': 'operations/' }, 'value/0/id'], [{ '@id': "operations('')" }, 'value/0/id']
  ]
  for (const [item, target] of bad) {
    const { status, error } = await delta([item])
    t.strictSame([status, error.target], [400, target], JSON.stringify(item))
  }
})

t.test('a payload is what the format says, also where each change is on its own', async (t) => {
  const { delta, send, idsOf } = await setUp(t)
  await send('POST', calls, { id: 'a' })
  const bad: Array<[value: unknown, target: string, message?: RegExp]> = [
    [undefined, 'value'], [null, 'value'], [{}, 'value'], ['x', 'value'], [Array.from({ length: 101 }, (_, n) => ({ id: `${n}` })), 'value', /at most 100/],
    [[null], 'value/0'], [['a'], 'value/0'], [[{}, []], 'value/1'],
    [[{ id: 'a' }, {}, { id: 'b' }, { '@id': "operations('a')" }], 'value/3/id', /"value\/0" and "value\/3"/], [[{ id: 'b', '@removed': {} }, { id: 'b' }], 'value/1/id'],
    [[{ '@removed': null, id: 'a' }], 'value/0/@removed'], [[{ '@removed': true, id: 'a' }], 'value/0/@removed'], [[{ '@odata.removed': [], id: 'a' }], 'value/0/@odata.removed'],
    [[{ '@removed': { reason: 'bored' }, id: 'a' }], 'value/0/@removed/reason'], [[{ '@removed': {} }], 'value/0/id'],
    [[{ id: 'a', '@etag': null }], 'value/0/@etag'], [[{ id: 'a', '@odata.etag': 5 }], 'value/0/@odata.etag'], [[{ id: 'a', '@etag': 'x' }], 'value/0/@etag'],
    [[{ '@odata.context': '#operations/$deletedEntity', id: 'a' }], 'value/0/@odata.context'], [[{ '@context': '#x/$link' }], 'value/0/@context'], [[{ '@context': '#x/$deletedLink' }], 'value/0/@context']
  ]
  for (const [value, target, message] of bad) {
    for (const headers of [{}, onError]) {
      const { status, error } = await delta(value, headers)
      t.strictSame([status, error.code, error.target], [400, 'invalidRequest', target], JSON.stringify(value)?.slice(0, 80))
      if (message) t.match(error.message, message)
    }
  }
  const member = await send('PATCH', calls, { '@odata.context': '#$delta', value: [], id: 'a' })
  t.strictSame([member.status, member.error.target], [400, 'id'])
  for (const name of ['If-Match', 'If-None-Match']) {
    const { status, error } = await delta([{ id: 'a' }], { [name]: '*' })
    t.strictSame([status, error.target], [400, name])
    t.match(error.message, /@odata\.etag/)
  }
  const nest = (levels: number): object => levels === 0 ? {} : { x: nest(levels - 1) }
  t.equal((await delta([nest(29)])).status, 200)
  t.match((await delta([nest(30)], onError)).error.message, /at most 32 levels/, 'levels count from the whole body')
  t.equal((await delta([{ clientContext: 'x'.repeat(70_000) }])).status, 413)
  t.equal((await idsOf()).length, 2)
})

t.test('every spelling of the context is understood, and other annotations of the payload are ignored', async (t) => {
  const { send } = await setUp(t)
  for (const context of [{ '@odata.context': '#$delta' }, { '@context': '#$delta' }, { '@odata.context': 'http://x/$metadata#communications/calls/$delta', '@odata.deltaLink': 'x', '@count': 1 }]) {
    const { status, value } = await send('PATCH', calls, { ...context, value: [] })
    t.strictSame([status, value], [200, []])
  }
  const full = await send('PATCH', calls, { '@context': '#$delta', value: Array.from({ length: 100 }, () => ({})) })
  t.equal(full.value.length, 100)
})

t.test('a minimal answer says no more than what failed', async (t) => {
  const { delta, send } = await setUp(t)
  await send('POST', calls, { id: 'a', status: 'Completed' })
  const done = await delta([{ id: 'b' }], { prefer: 'return=minimal' })
  t.strictSame([done.status, done.text, done.headers['preference-applied']], [204, '', 'return=minimal'])
  t.equal((await delta([], { prefer: 'return=minimal' })).status, 204)
  const all = await delta([{ id: 'c' }], { prefer: 'return=minimal, continue-on-error' })
  t.strictSame([all.status, all.headers['preference-applied']], [204, 'return=minimal, odata.continue-on-error=true'])
  const some = await delta([{ id: 'd' }, { id: 'a', status: 'Running' }], { prefer: 'continue-on-error, return=minimal' })
  t.equal(some.status, 200)
  t.strictSame(some.value.map(({ id }) => id), ['a'])
  t.equal((await delta([{ id: 'a', status: 'Running' }], { prefer: 'return=minimal' })).status, 409)
  const whole = await delta([{ id: 'd' }], { prefer: 'return=representation' })
  t.strictSame([whole.status, whole.value.length, whole.headers['preference-applied']], [200, 1, 'return=representation'])
})

t.test('what a client calls a change comes back with it', async (t) => {
  const { delta, send } = await setUp(t)
  await send('POST', calls, { id: 'b' })
  const { value } = await delta([
    { '@Core.ContentID': '1', clientContext: 'x' }, { '@Org.OData.Core.V1.ContentID': '2"', '@removed': {}, id: 'b' }, { '@Core.ContentID': '3', '@removed': {}, id: 'none' }, { '@Core.ContentID': 4 }
  ], onError)
  t.match(value[0], { '@Core.ContentID': '1', clientContext: 'x' })
  t.strictSame(value[1], { '@removed': { reason: 'deleted' }, id: 'b', '@Org.OData.Core.V1.ContentID': '2"' })
  t.match(value[2], { '@Core.ContentID': '3', '@Core.DataModificationException': { failedOperation: 'delete' } })
  t.notOk('@Core.ContentID' in value[3])
  t.notOk((await send('GET', `${calls}/${value[0].id}`)).body['@Core.ContentID'])
})

t.test('where If-Match is required, a change of what exists needs its entity tag', async (t) => {
  const { delta, send, idsOf } = await setUp(t, undefined, { requireIfMatch: true })
  const { etag: a } = await send('POST', calls, { id: 'a' })
  const { etag: b } = await send('POST', calls, { id: 'b' })
  for (const item of [{ id: 'a', x: 1 }, { id: 'a', '@removed': {} }]) {
    const { status, error } = await delta([{ id: 'new' }, item])
    t.strictSame([status, error.code, error.target], [428, 'preconditionRequired', 'value/1/@odata.etag'])
    t.match((await delta([item], onError)).value[0], { id: 'a', '@Core.DataModificationException': { responseCode: 428 } })
  }
  t.equal((await delta([{ id: 'none', '@removed': {} }])).status, 404)
  t.equal((await delta([{ id: 'new' }, { id: 'a', x: 1, '@odata.etag': a }, { id: 'b', '@removed': {}, '@etag': b }])).status, 200)
  t.equal((await delta([{ id: 'a', x: 2, '@etag': '*' }])).status, 200)
  t.strictSame(await idsOf(), ['a', 'new'])
})

t.test('a failure of the service says nothing of the inside', async (t) => {
  const inner = memoryStore()
  const failures = new Map<string, Error>([['bad', new Error('secret path')], ['busy', new StoreUnavailableError('secret host')]])
  let isDown = false
  const store: OperationStore = {
    ...inner,
    find (key) {
      if (isDown) throw new StoreUnavailableError('secret')
      return inner.find(key)
    },
    async commit (collection, changes) {
      for (const change of changes) {
        const failure = change.kind === 'insert' ? failures.get(change.record.id) : undefined
        if (failure) throw failure
      }
      return await inner.commit(collection, changes)
    }
  }
  const { delta, idsOf } = await setUp(t, () => store)
  const answer = await delta([{ id: 'bad' }, { id: 'ok' }, { id: 'busy' }, { id: 'none', '@removed': {} }], onError)
  t.notMatch(answer.text, /secret/)
  t.match(answer.value[0], { id: 'bad', '@Core.DataModificationException': { failedOperation: 'insert', responseCode: 500, info: { code: 'generalException' } } })
  t.match(answer.value[2], { id: 'busy', '@Core.DataModificationException': { responseCode: 503, info: { code: 'serviceNotAvailable' } } })
  t.strictSame(await idsOf(), ['ok'])
  const together = await delta([{ id: 'b' }, { id: 'bad' }])
  t.strictSame([together.status, together.error.target], [500, undefined])
  t.notMatch(together.text, /secret/)
  await inner.commit({ tenant: 'local', owner: 'calls/57' }, [{ kind: 'insert', record: { id: 'old', type: 'contoso.secretOperation', created: 'c', lastAction: '', status: -1, text: '{"@odata.type":"#contoso.secretOperation"}' } }])
  for (const headers of [{}, onError]) {
    const undeclared = await delta([{ id: 'old' }], headers)
    t.equal(undeclared.value?.[0]['@Core.DataModificationException'].responseCode ?? undeclared.status, 500)
    t.notMatch(undeclared.text, /secret/)
  }
  isDown = true
  const down = await delta([{ id: 'ok' }, { id: 'ok2', '@removed': {} }], onError)
  t.match(down.value, [{ id: 'ok', '@Core.DataModificationException': { failedOperation: 'upsert', responseCode: 503 } }, { '@Core.DataModificationException': { failedOperation: 'delete' } }])
  t.equal((await delta([{ id: 'ok' }])).status, 503)
  isDown = false
})

t.test('the failures of the service that an answer hides are logged', async (t) => {
  const lines: string[] = []
  const app = Fastify({ logger: { level: 'error', stream: { write: (line: string) => { lines.push(line) } } } })
  t.teardown(async () => { await app.close() })
  await app.register(graphOperations, { prefix: '/v1.0', auth: 'none', store: { ...memoryStore(), commit: async () => { throw new Error('secret path') } } })
  const { headers } = await app.inject({ method: 'PATCH', url: calls, headers: onError, payload: { '@context': '#$delta', value: [{ id: 'none', '@removed': {} }, { id: 'a' }] } })
  t.equal(lines.length, 1, 'what a client got wrong is not')
  t.match(JSON.parse(String(lines[0])), { err: { message: 'secret path' }, path: 'value/1', 'request-id': headers['request-id'] })
})

t.test('changes that meet another process are planned again, all of them, until the deadline', async (t) => {
  const inner = memoryStore()
  const rival = await setUp(t, () => inner)
  await rival.send('POST', calls, { id: 'a' })
  await rival.send('POST', calls, { id: 'b' })
  let intrusions = 1
  let commits = 0
  const store: OperationStore = {
    ...inner,
    async commit (collection, changes) {
      commits += 1
      if (intrusions-- > 0) await rival.send('PATCH', `${calls}/b`, { [`theirs${commits}`]: 1 })
      return await inner.commit(collection, changes)
    },
    close: () => undefined
  }
  const patient = await setUp(t, () => store)
  const { value } = await patient.delta([{ id: 'a', mine: 1 }, { id: 'b', mine: 1 }, { id: 'new' }])
  t.equal(commits, 2)
  t.match(value, [{ mine: 1 }, { mine: 1, theirs1: 1 }, { id: 'new' }])
  intrusions = Infinity
  const hasty = await setUp(t, () => store, { writeTimeoutMillis: 60 })
  const { status, headers } = await hasty.delta([{ id: 'a', mine: 2 }, { id: 'b', mine: 2 }])
  t.strictSame([status, headers['retry-after']], [503, '1'])
  t.equal((await rival.send('GET', `${calls}/a`)).body.mine, 1, 'nothing of it is there')
})

t.test('turns of several keys are taken in one order, each once', async (t) => {
  const turns = new Turns()
  t.equal(turns.takeAll([], () => 1), 1)
  t.equal(turns.takeAll(['a', 'b', 'a'], () => 2), 2, 'free turns are taken at once')
  const order: string[] = []
  const job = (name: string) => async () => { order.push(`${name} starts`); await new Promise(setImmediate); order.push(`${name} ends`) }
  await Promise.all([turns.takeAll(['b', 'a'], job('1')), turns.takeAll(['a', 'b'], job('2')), turns.take('b', job('3')), turns.takeAll(['c'], job('4'))])
  t.equal(order.filter((_, index) => index % 2 === 0).length, 4)
  for (const name of ['1', '2', '3', '4']) t.ok(order.indexOf(`${name} starts`) < order.indexOf(`${name} ends`))
  t.ok(order.indexOf('1 ends') < order.indexOf('2 starts'))
  t.ok(order.indexOf('4 starts') < order.indexOf('1 ends'), 'who has another key does not wait')
})

t.test('what is not a member of a change is not one', async (t) => {
  t.strictSame(parseDelta({ '@context': '#$delta', value: [{ '@removed': {}, id: 'a', x: 1 }] }, () => undefined), [{ path: 'value/0', isRemoved: true, members: { id: 'a' }, etag: undefined, contentId: {} }])
})

t.test('the operations to change have a limit together, whatever they say', async (t) => {
  const store = memoryStore()
  const app = await makeApp(t, { store })
  const url = '/v1.0/communications/calls/57/operations'
  const text = 'x'.repeat(4_000)
  const ids = Array.from({ length: 6 }, (_, n) => `big-${n}`)
  for (const id of ids) {
    t.equal((await app.inject({ method: 'POST', url, payload: { id } })).statusCode, 201)
    for (let part = 0; part < 4; part += 1) {
      const payload = Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`p${part}_${n}`, text]))
      t.equal((await app.inject({ method: 'PATCH', url: `${url}/${id}`, payload })).statusCode, 200)
    }
  }
  const change = async (count: number, headers: Record<string, string> = {}): Promise<Response> =>
    await app.inject({ method: 'PATCH', url, headers, payload: { '@context': '#$delta', value: ids.slice(0, count).map((id) => ({ id, clientContext: 'z' })) } })
  const refused = await change(6)
  t.match([refused.statusCode, refused.json()], [400, { error: { code: 'invalidRequest', target: /^value\/4/, message: 'the operations to change must have at most 1,048,576 characters together: change fewer at once' } }])
  t.match((await app.inject(`${url}/big-0`)).json(), { clientContext: null }, 'nothing is changed')
  t.equal((await change(4)).statusCode, 200)
  const each = await change(6, { prefer: 'odata.continue-on-error' })
  t.strictSame(each.json<{ value: object[] }>().value.map((item) => '@Core.DataModificationException' in item), [false, false, false, false, true, true])
  t.equal((await app.inject({ method: 'PATCH', url, payload: { '@context': '#$delta', value: ids.map((id) => ({ '@removed': { reason: 'deleted' }, id })) } })).statusCode, 200, 'removals are none of it')
})
