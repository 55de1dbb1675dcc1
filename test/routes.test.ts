import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import type { Response } from 'light-my-request'
import t from 'tap'
import { collections, GraphError, invalidRequest, memoryStore, OutcomeUnknownError, StoreFullError, StoreUnavailableError } from '../index.js'
import { findLoss } from '../routes/http/json.js'
import { countingStore, makeApp, toComparable } from './support/app.js'

const calls = '/v1.0/communications/calls/57/operations'
const notes = '/v1.0/sites/s,1/onenote/operations'
const json = { 'content-type': 'application/json' }

/** The URL of a row with its parameters filled in. */
const toUrl = (path: string): string => `/v1.0${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `${name}-1`)}`

for (const { path, type } of collections) {
  t.test(`${path} has every method`, async (t) => {
    const app = await makeApp(t)
    const url = toUrl(path)
    const typeName = `#${type === collections[0]?.type ? 'microsoft.graph.onenoteOperation' : 'microsoft.graph.commsOperation'}`

    const created = await app.inject({ method: 'POST', url, payload: { id: 'a' } })
    t.equal(created.statusCode, 201)
    t.equal(created.headers.location, `http://localhost:80${url}/a`)
    t.equal(created.json()['@odata.type'], typeName)
    t.equal(created.json().status, 'NotStarted')
    t.equal(created.headers.etag, created.json()['@odata.etag'])

    const inCollection = await app.inject({ method: 'PATCH', url, payload: { status: 'Running' } })
    t.equal(inCollection.statusCode, 200)
    t.equal(inCollection.headers['content-location'], `http://localhost:80${url}/a`)

    const patched = await app.inject({ method: 'PATCH', url: `${url}/a`, payload: { id: 'a', status: 'Completed' } })
    t.equal(patched.statusCode, 200)
    t.equal(patched.json().status, 'Completed')
    t.not(patched.headers.etag, inCollection.headers.etag)

    const got = await app.inject({ url: `${url}/a` })
    t.strictSame(got.json(), patched.json())
    t.equal(got.headers.etag, patched.headers.etag)
    for (const key of ["operations('a')", "operations(id='a')", 'operations%28%27a%27%29']) {
      const byKey = await app.inject({ url: url.replace(/operations$/, key) })
      t.strictSame(byKey.json(), got.json(), key)
    }
    const throughKey = await app.inject({ method: 'PATCH', url: `${url}('a')`, payload: { status: 'Completed' } })
    t.equal(throughKey.statusCode, 200)
    t.equal((await app.inject({ method: 'PATCH', url: `${url}('a')`, payload: { status: 'Running' } })).statusCode, 409)

    const list = await app.inject({ url })
    t.equal(list.statusCode, 200)
    t.equal(list.json().value.length, 1)
    t.equal(list.json()['@odata.nextLink'], undefined)

    const count = await app.inject({ url: `${url}/$count` })
    t.equal(count.body, '1')
    t.match(count.headers['content-type'], /^text\/plain/)

    for (const target of [url, `${url}/a`, `${url}/$count`, `${url}('a')`]) {
      const head = await app.inject({ method: 'HEAD', url: target })
      t.equal(head.statusCode, 200, `HEAD ${target}`)
      t.equal(head.body, '')
      const options = await app.inject({ method: 'OPTIONS', url: target })
      t.equal(options.statusCode, 204)
      const refused = await app.inject({ method: 'PUT', url: target, payload: '{', headers: { 'content-type': 'text/plain' } })
      t.equal(refused.statusCode, 405, `PUT ${target}`)
      t.equal(refused.headers.allow, options.headers.allow)
      t.equal(refused.json().error.code, 'notAllowed')
    }
    t.equal((await app.inject({ method: 'OPTIONS', url })).headers.allow, 'GET, HEAD, POST, PATCH, OPTIONS')
    t.equal((await app.inject({ method: 'OPTIONS', url: `${url}/a` })).headers.allow, 'GET, HEAD, PATCH, DELETE, OPTIONS')
    t.equal((await app.inject({ method: 'OPTIONS', url: `${url}/$count` })).headers.allow, 'GET, HEAD, OPTIONS')

    const removed = await app.inject({ method: 'DELETE', url: `${url}/a` })
    t.equal(removed.statusCode, 204)
    t.equal(removed.body, '')
    t.equal((await app.inject({ method: 'DELETE', url: `${url}/a` })).statusCode, 404)
    t.equal((await app.inject({ url: `${url}/a` })).json().error.code, 'itemNotFound')
  })
}

t.test('rows of one owner are one collection', async (t) => {
  const app = await makeApp(t)
  const operationsOf = async (path: string): Promise<string[]> => (await app.inject({ url: `/v1.0${path}` })).json().value.map(({ id }: { id: string }) => id)
  await app.inject({ method: 'POST', url: '/v1.0/invitations/i/invitedUser/joinedGroups/g/sites/s/onenote/operations', payload: { id: 'a' } })
  t.strictSame(await operationsOf('/sites/s/onenote/operations'), ['a'])
  t.strictSame(await operationsOf('/groups/other/sites/s/onenote/operations'), ['a'])
  t.strictSame(await operationsOf('/groups/s/onenote/operations'), [])
  await app.inject({ method: 'POST', url: '/v1.0/app/calls/c/operations', payload: { id: 'b' } })
  t.strictSame(await operationsOf('/communications/calls/c/operations'), ['b'])
  await app.inject({ method: 'POST', url: '/v1.0/me/onenote/operations', payload: { id: 'c' } })
  t.strictSame(await operationsOf('/users/local/onenote/operations'), ['c'])
  await app.inject({ method: 'POST', url: '/v1.0/groups/2C712604-1370-44E7-A1F5-426573FDA80A/onenote/operations', payload: { id: 'd' } })
  t.strictSame(await operationsOf('/groups/2c712604-1370-44e7-a1f5-426573fda80a/onenote/operations'), ['d'], 'a GUID is the same in either case')
  t.strictSame(await operationsOf('/groups/S/onenote/operations'), [])
})

t.test('every answer has the common headers', async (t) => {
  const app = await makeApp(t)
  for (const [method, url, status] of [['GET', calls, 200], ['GET', `${calls}/none`, 404], ['PUT', calls, 405], ['OPTIONS', calls, 204], ['HEAD', calls, 200]] as const) {
    const { headers, statusCode } = await app.inject({ method, url })
    t.equal(statusCode, status)
    t.match(headers['request-id'], /^[0-9a-f-]{36}$/)
    t.equal(headers['client-request-id'], headers['request-id'])
    t.equal(headers['odata-version'], '4.0')
    t.equal(headers['cache-control'], 'private, no-cache')
  }
  const echo = await app.inject({ url: `${calls}/none`, headers: { 'client-request-id': 'mine-1' } })
  t.equal(echo.headers['client-request-id'], 'mine-1')
  t.equal(echo.json().error.innerError['client-request-id'], 'mine-1')
  t.equal(echo.json().error.innerError['request-id'], echo.headers['request-id'])
  for (const bad of ['x'.repeat(129), 'a b', '']) {
    const answer = await app.inject({ url: calls, headers: { 'client-request-id': bad } })
    t.equal(answer.headers['client-request-id'], answer.headers['request-id'], 'an unusable id is not echoed')
  }
  t.equal((await app.inject({ url: calls })).headers['content-type'], 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8')
  t.equal(echo.headers['content-type'], 'application/json; charset=utf-8')
})

t.test('control information goes first, in the order of a streaming reader', async (t) => {
  const app = await makeApp(t)
  const { body } = await app.inject({ method: 'POST', url: calls, payload: { id: 'a', '@odata.type': '#microsoft.graph.recordOperation', tag: 'x' } })
  t.match(body, /^\{"@odata\.context":"[^"]+","@odata\.type":"#microsoft\.graph\.recordOperation","@odata\.etag":"W\/\\"[^"]+\\"","id":"a",/)
  t.equal(JSON.parse(body)['@odata.context'], "http://localhost:80/v1.0/$metadata#communications/calls('57')/operations/microsoft.graph.recordOperation/$entity")
  const list = await app.inject({ url: calls })
  t.match(list.body, /^\{"@odata\.context":"http:\/\/localhost:80\/v1\.0\/\$metadata#communications\/calls\('57'\)\/operations","value":\[\{"@odata\.type":"#microsoft\.graph\.recordOperation","@odata\.etag":/)
})

t.test('links are made of the request, or of baseUrl', async (t) => {
  const seen = async (app: Awaited<ReturnType<typeof makeApp>>, url: string) => {
    const answer = await app.inject({ method: 'POST', url, payload: { id: 'a' }, headers: { host: 'graph.test:8443' } })
    return [answer.headers.location, answer.json()['@odata.context']]
  }
  t.strictSame(await seen(await makeApp(t), "/v1.0/sites/o'x,1/onenote/operations"), [
    "http://graph.test:8443/v1.0/sites/o'x%2C1/onenote/operations/a",
    "http://graph.test:8443/v1.0/$metadata#sites('o''x%2C1')/onenote/operations/$entity"
  ])
  t.strictSame(await seen(await makeApp(t, { baseUrl: 'https://graph.example.com/x' }), '/v1.0/me/onenote/operations'), [
    'https://graph.example.com/x/v1.0/me/onenote/operations/a',
    "https://graph.example.com/x/v1.0/$metadata#users('local')/onenote/operations/$entity"
  ])
  t.strictSame(await seen(await makeApp(t, { prefix: '' }), '/app/calls/1/operations'), [
    'http://graph.test:8443/app/calls/1/operations/a',
    "http://graph.test:8443/$metadata#app/calls('1')/operations/$entity"
  ])
  t.strictSame(await seen(await makeApp(t, { prefix: '/hosts/:hostId/v1.0' }), '/hosts/h%201/v1.0/app/calls/1/operations'), [
    'http://graph.test:8443/hosts/h%201/v1.0/app/calls/1/operations/a',
    "http://graph.test:8443/hosts/h%201/v1.0/$metadata#app/calls('1')/operations/$entity"
  ])
})

t.test('create: ids, dates, types, minimal answers', async (t) => {
  const app = await makeApp(t)
  const post = async (url: string, payload: object, headers = {}) => await app.inject({ method: 'POST', url, payload, headers })

  const chosen = await post(notes, {})
  t.match(chosen.json().id, /^[0-9a-f-]{36}$/)
  t.match(chosen.json().createdDateTime, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{7}Z$/)
  t.equal(chosen.json().lastActionDateTime, chosen.json().createdDateTime)
  t.strictSame(Object.keys(chosen.json()), ['@odata.context', '@odata.type', '@odata.etag', 'id', 'createdDateTime', 'lastActionDateTime', 'status', 'error', 'percentComplete', 'resourceId', 'resourceLocation'])

  const minimal = await post(notes, { id: 'm' }, { prefer: 'respond-async, return=minimal' })
  t.equal(minimal.statusCode, 204)
  t.equal(minimal.body, '')
  t.equal(minimal.headers['preference-applied'], 'return=minimal')
  t.equal(minimal.headers['odata-entityid'], minimal.headers.location)
  t.equal(minimal.headers.etag, (await app.inject({ url: `${notes}/m` })).headers.etag)

  const taken = await post(notes, { id: 'm' })
  t.equal(taken.statusCode, 409)
  t.equal(taken.json().error.code, 'nameAlreadyExists')

  t.equal((await post(calls, { createdDateTime: '2016-12-31T23:57:10.8757278+03:00' })).json().createdDateTime, '2016-12-31T23:57:10.8757278+03:00', 'a dynamic property of a comms operation')
  const wrongTypes = ['#microsoft.graph.onenoteOperation', '#microsoft.graph.entity', '#microsoft.graph.nothing', 5]
  for (const type of wrongTypes) {
    const answer = await post(calls, { '@odata.type': type })
    t.equal(answer.statusCode, 400, String(type))
    t.equal(answer.json().error.target, '@odata.type')
  }
})

t.test('update: headers of the answer, If-Match, Prefer', async (t) => {
  const app = await makeApp(t)
  const { headers: { etag: first = '' } } = await app.inject({ method: 'POST', url: calls, payload: { id: 'a' } })
  const patch = async (payload: object, headers: Record<string, string> = {}, url = `${calls}/a`) => await app.inject({ method: 'PATCH', url, payload, headers })

  const second = await patch({ clientContext: '1' }, { 'if-match': first })
  t.equal(second.statusCode, 200)
  const stale = await patch({ clientContext: '2' }, { 'if-match': first })
  t.equal(stale.statusCode, 412)
  t.equal(stale.json().error.code, 'resourceModified')
  t.equal((await patch({ clientContext: '2' }, { 'if-match': first }, calls)).statusCode, 412, 'on the collection it applies to the operation found')

  const tag = String(second.headers.etag)
  for (const header of ['*', `"x", ${tag}`, tag.slice(2), `${first},${tag}`, `${tag},`, ` , ,${tag} ,,"x",`]) {
    t.equal((await patch({}, { 'if-match': header })).statusCode, 200, header)
  }
  for (const header of ['', 'W/x', '"a" "b"', ',', '"a",b', `"a"${','.repeat(8_000)}x`, '**']) {
    const answer = await patch({}, { 'if-match': header })
    t.equal(answer.statusCode, 400, header)
    t.equal(answer.json().error.target, 'If-Match')
  }
  t.equal((await patch({}, { 'if-match': '*' }, `${calls}/none`)).statusCode, 412)
  t.equal((await patch({}, {}, `${calls}/none`)).statusCode, 404)

  const unchanged = await patch({ clientContext: '1' })
  t.equal(unchanged.headers.etag, second.headers.etag, 'no change makes no new version')

  const minimal = await patch({ clientContext: '3' }, { prefer: 'return="minimal"' })
  t.equal(minimal.statusCode, 204)
  t.equal(minimal.headers['preference-applied'], 'return=minimal')
  t.equal(minimal.headers.etag, (await app.inject({ url: `${calls}/a` })).headers.etag)
  const whole = await patch({}, { prefer: 'foo; bar="a", return=representation, return=minimal' })
  t.equal(whole.statusCode, 200)
  t.equal(whole.headers['preference-applied'], 'return=representation')
  t.equal((await patch({}, { prefer: 'return=nothing' })).headers['preference-applied'], undefined)

  const mismatch = await patch({ id: 'b' })
  t.equal(mismatch.statusCode, 400)
  t.equal(mismatch.json().error.target, 'id')

  t.equal((await app.inject({ method: 'DELETE', url: `${calls}/a`, headers: { 'if-match': first } })).statusCode, 412)
  t.equal((await app.inject({ method: 'DELETE', url: `${calls}/a`, headers: { 'if-match': String(unchanged.headers.etag) } })).statusCode, 412)
  t.equal((await app.inject({ method: 'DELETE', url: `${calls}/a`, headers: { 'if-match': '*' } })).statusCode, 204)
  t.equal((await app.inject({ method: 'DELETE', url: `${calls}/a`, headers: { 'if-match': '*' } })).statusCode, 412)
})

t.test('the documents\' own URL: with id, without id on none, one and several', async (t) => {
  const app = await makeApp(t)
  const patch = async (payload: object) => await app.inject({ method: 'PATCH', url: notes, payload })
  t.equal((await patch({ status: 'Running' })).statusCode, 404)
  t.equal((await patch({ id: 'a' })).statusCode, 404)
  await app.inject({ method: 'POST', url: notes, payload: { id: 'a' } })
  t.equal((await patch({ status: 'Running' })).json().id, 'a')
  await app.inject({ method: 'POST', url: notes, payload: { id: 'b' } })
  const several = await patch({ status: 'Running' })
  t.equal(several.statusCode, 400)
  t.equal(several.json().error.target, 'id')
  const named = await patch({ id: 'b', status: 'Failed', error: { code: '1' } })
  t.equal(named.json().id, 'b')
  t.strictSame(named.json().error, { '@odata.type': '#microsoft.graph.onenoteOperationError', code: '1', message: null })
  t.equal(named.headers['content-location'], 'http://localhost:80/v1.0/sites/s%2C1/onenote/operations/b')
})

t.test('a delta payload on an operation\'s own URL, or in a create, is refused and stores nothing', async (t) => {
  const app = await makeApp(t)
  await app.inject({ method: 'POST', url: calls, payload: { id: 'a' } })
  for (const [method, url] of [['PATCH', `${calls}/a`], ['PATCH', `${calls}('a')`], ['POST', calls]] as const) {
    const answer = await app.inject({ method, url, payload: { '@context': '#$delta', value: [{ id: 'a' }] } })
    t.equal(answer.statusCode, 400, 'what the format knows is a mistake of this URL')
    t.match(answer.json().error.message, /send it in a PATCH of the collection/)
  }
  t.equal((await app.inject({ url: `${calls}/a` })).json().value, undefined)
  t.equal((await app.inject({ url: `${calls}/$count` })).body, '1')
})

t.test('an answer lists no more complaints than one can read', async (t) => {
  const app = await makeApp(t)
  for (const url of [calls, notes]) {
    const answer = await app.inject({ method: 'POST', url, payload: Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`${n}`, 1])) })
    t.equal(answer.statusCode, 400)
    t.equal(answer.json().error.details.length, 20)
    t.match(answer.json().error.message, /and 4999 more/)
  }
})

t.test('a request that says no host gets relative links', async (t) => {
  const app = await makeApp(t)
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const socket = connect(Number(port), '127.0.0.1')
  socket.end(`POST ${calls} HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"id":"a"}`)
  t.match(await text(socket), `location: ${calls}/a\r\n`)
})

t.test('wrong types are refused and never coerced; every complaint is named', async (t) => {
  const app = await makeApp(t)
  await app.inject({ method: 'POST', url: notes, payload: { id: 'a' } })
  const patch = async (payload: unknown, url = `${notes}/a`) => await app.inject({ method: 'PATCH', url, payload: JSON.stringify(payload), headers: json })
  const bad: Array<[unknown, string | undefined]> = [
    [{ percentComplete: 40 }, 'percentComplete'], [{ percentComplete: [5] }, 'percentComplete'], [{ percentComplete: true }, 'percentComplete'],
    [{ error: 'no' }, 'error'], [{ error: { code: 5 } }, 'error/code'], [{ error: { cod: '5' } }, 'error/cod'],
    [{ status: 'String' }, 'status'], [{ status: 1 }, 'status'], [{ lastActionDateTime: 'yesterday' }, 'lastActionDateTime'],
    [{ lastActionDateTime: '2016-12-31T23:57:13.80786190+03:00' }, 'lastActionDateTime'], [{ createdDateTime: 5 }, 'createdDateTime'],
    [{ percentComplet: '40' }, 'percentComplet'], [{ resourceId: 'x'.repeat(4097) }, 'resourceId'], [{ id: null }, 'id'], [{ id: 'a/b' }, 'id'],
    [[], undefined], [5, undefined], [null, undefined], ['text', undefined]
  ]
  for (const [payload, target] of bad) {
    const answer = await patch(payload)
    t.equal(answer.statusCode, 400, JSON.stringify(payload).slice(0, 80))
    t.equal(answer.json().error.target, target)
  }
  const several = (await patch({ a: 1, b: 2, status: 'x' })).json().error
  t.strictSame(several.details.map(({ target }: { target: string }) => target).sort(), ['a', 'b'])
  t.match(several.message, /and 1 more/)
  t.equal((await patch({ createdDateTime: '2000-01-01T00:00:00Z', percentComplete: 'ü😀'.repeat(2048) })).statusCode, 200, '4,096 characters, whatever their length in bytes')
})

t.test('enumeration names are read in any case and written exactly', async (t) => {
  const app = await makeApp(t)
  await app.inject({ method: 'POST', url: calls, payload: { id: 'a', status: 'notstarted' } })
  t.equal((await app.inject({ method: 'PATCH', url: `${calls}/a`, payload: { status: 'RUNNING' } })).json().status, 'Running')
  t.equal((await app.inject({ method: 'PATCH', url: `${calls}/a`, payload: { status: null } })).statusCode, 400)
})

t.test('bodies: too large, not JSON, no body, too deep, hostile members', async (t) => {
  const app = await makeApp(t)
  const send = async (payload: string | Buffer, type: string | undefined = 'application/json', method: 'POST' | 'PATCH' = 'POST') =>
    await app.inject({ method, url: calls, payload, headers: type === undefined ? {} : { 'content-type': type } })
  const codeOf = async (answer: ReturnType<typeof send>) => [(await answer).statusCode, (await answer).json().error.code]

  t.strictSame(await codeOf(send(JSON.stringify({ clientContext: 'x'.repeat(65_536) }))), [413, 'invalidRequest'])
  t.strictSame(await codeOf(send('{}', 'text/plain')), [415, 'notSupported'])
  t.strictSame(await codeOf(send('{}', 'application/xml')), [415, 'notSupported'])
  t.strictSame(await codeOf(send('a=b', 'application/x-www-form-urlencoded')), [415, 'notSupported'])
  t.strictSame(await codeOf(send('{', 'application/json')), [400, 'invalidRequest'])
  t.strictSame(await codeOf(send('', 'application/json')), [400, 'invalidRequest'])
  t.strictSame(await codeOf(send(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]))), [400, 'invalidRequest'])
  t.strictSame(await codeOf(send('{"__proto__":{"x":1}}')), [400, 'invalidRequest'])
  t.strictSame(await codeOf(send('{"constructor":{"prototype":{"x":1}}}')), [400, 'invalidRequest'])
  t.strictSame(await codeOf(send('{"a":1e999}')), [400, 'invalidRequest'])
  t.strictSame(await codeOf(send(JSON.stringify({ a: 'a\0b' }))), [400, 'invalidRequest'])
  t.strictSame(await codeOf(send('{"a":"\\ud800"}')), [400, 'invalidRequest'])
  t.strictSame(await codeOf(send(`{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`)), [400, 'invalidRequest'])
  t.equal((await send('{}', 'application/json;odata.metadata=minimal; charset=utf-8')).statusCode, 201)
  t.equal((await app.inject({ method: 'POST', url: calls })).statusCode, 400)
  t.equal(({} as { x?: number }).x, undefined)
})

t.test('list: order, pages, limits, other options', async (t) => {
  const app = await makeApp(t)
  for (const [id, second] of [['c', 2], ['b', 1], ['a', 2]] as const) {
    await app.inject({ method: 'POST', url: notes, payload: { id, createdDateTime: `2016-12-31T23:57:0${second}+03:00` } })
  }
  await app.inject({ method: 'POST', url: notes, payload: { id: 'd', createdDateTime: '2016-12-31T19:57:03-01:00' } })
  const page = async (query: string) => (await app.inject({ url: `${notes}${query}` })).json()
  const ids = (body: { value: Array<{ id: string }> }): string[] => body.value.map(({ id }) => id)
  t.strictSame(ids(await page('')), ['b', 'a', 'c', 'd'])

  const first = await page('?$top=3')
  t.strictSame(ids(first), ['b', 'a', 'c'])
  t.match(first['@odata.nextLink'], /^http:\/\/localhost:80\/v1\.0\/sites\/s%2C1\/onenote\/operations\?\$top=3&\$skiptoken=[\w-]+$/)
  const second = await app.inject({ url: first['@odata.nextLink'] })
  t.strictSame(ids(second.json()), ['d'])
  t.equal(second.json()['@odata.nextLink'], undefined)
  t.strictSame(ids(await page('?%24top=1&%24skip=1')), ['a'])
  t.strictSame(ids(await page('?$top=4')), ['b', 'a', 'c', 'd'])
  t.equal((await page('?$top=4'))['@odata.nextLink'], undefined)

  const bad: Array<[string, string]> = [
    ['?$top=0', '$top'], ['?$top=1001', '$top'], ['?$top=-1', '$top'], ['?$top=1.5', '$top'], ['?$top=', '$top'], ['?$top=1&$top=2', '$top'],
    ['?$skip=10001', '$skip'], ['?$skip=x', '$skip'], ['?$filter=x', '$filter'], ['?$orderby=x', '$orderby'], ['?top=0', '$top'], ['?x=1', 'x'], ['?$search=x', '$search']
  ]
  for (const [query, target] of bad) {
    const answer = await app.inject({ url: `${notes}${query}` })
    t.equal(answer.statusCode, 400, query)
    t.equal(answer.json().error.target, target)
  }
  for (const url of [`${notes}/a?$top=1`, `${notes}/$count?$top=1`]) t.equal((await app.inject({ url })).statusCode, 400, url)
  t.equal((await app.inject({ method: 'DELETE', url: `${notes}/a?x=1` })).statusCode, 400)
  t.equal((await app.inject({ method: 'PATCH', url: `${notes}/a?x=1`, payload: {} })).statusCode, 400)
})

t.test('a page has at most a hundred operations unless asked, and leads on', async (t) => {
  const store = memoryStore()
  const app = await makeApp(t, { store })
  for (let n = 0; n < 101; n += 1) await app.operations.create({ tenant: 'local', owner: 'calls/57' }, { id: `op-${n}` })
  const { value, '@odata.nextLink': next } = (await app.inject({ url: calls })).json()
  t.equal(value.length, 100)
  t.equal(value[0].id, 'op-0', 'by insertion where there is no creation date')
  t.equal(value[99].id, 'op-99')
  t.match(next, /\/operations\?\$skiptoken=[\w-]+$/)
  t.strictSame((await app.inject({ url: next })).json().value.map(({ id }: { id: string }) => id), ['op-100'])
})

t.test('a list of any length is followed to its end', async (t) => {
  const store = memoryStore()
  const record = (n: number) => ({ kind: 'insert', record: { id: `op-${n}`, type: 'microsoft.graph.commsOperation', created: 'c', lastAction: '', status: -1, text: '{"@odata.type":"#microsoft.graph.commsOperation"}' } }) as const
  store.commit({ tenant: 'local', owner: 'calls/57' }, Array.from({ length: 10_102 }, (_, n) => record(n)))
  const app = await makeApp(t, { store })
  const { '@odata.nextLink': next } = (await app.inject({ url: `${calls}?$skip=10000` })).json()
  const last = (await app.inject({ url: next })).json()
  t.equal(last.value.length, 2)
  t.equal(last['@odata.nextLink'], undefined)
})

t.test('ids that cannot be ids are refused by name', async (t) => {
  const app = await makeApp(t)
  const bad: Array<[string, string]> = [
    ['/v1.0/communications/calls/a%20b/operations', 'callId'], ['/v1.0/communications/calls/a%0d%0ab/operations', 'callId'], ['/v1.0/communications/calls/a%2fb/operations', 'callId'],
    ['/v1.0/communications/calls/a%00b/operations', 'callId'], [`${calls}/a%2fb`, 'id'], [`${calls}/${'x'.repeat(129)}`, 'id'], [`${calls}('a b')`.replace(' ', '%20'), 'id'], [`${calls}('')`, 'id'], [`${calls}(5)`, 'id']
  ]
  for (const [url, target] of bad) {
    const answer = await app.inject({ url })
    t.equal(answer.statusCode, 400, url)
    t.equal(answer.json().error.target, target)
  }
  const guest = await app.inject({ method: 'POST', url: '/v1.0/users/a_b.com%23EXT%23@c.onmicrosoft.com/onenote/operations', payload: {} })
  t.equal(guest.statusCode, 201)
})

t.test('64 concurrent updates of different members all survive, in about 64 commits', async (t) => {
  const store = countingStore(memoryStore())
  const app = await makeApp(t, { store })
  await app.inject({ method: 'POST', url: calls, payload: { id: 'a' } })
  store.commits = 0
  const answers = await Promise.all(Array.from({ length: 64 }, async (_, n) => await app.inject({ method: 'PATCH', url: `${calls}/a`, payload: { [`member${n}`]: n } })))
  t.ok(answers.every(({ statusCode }) => statusCode === 200))
  t.ok(store.commits <= 70, `${store.commits} commits`)
  const found = (await app.inject({ url: `${calls}/a` })).json()
  for (let n = 0; n < 64; n += 1) t.equal(found[`member${n}`], n)
})

t.test('errors of a store and of a host say nothing of the inside', async (t) => {
  const failures: Array<[unknown, number, string, string | undefined]> = [
    [new Error('secret path'), 500, 'generalException', undefined],
    [new StoreUnavailableError('secret host'), 503, 'serviceNotAvailable', '1'],
    [new StoreFullError('secret disk'), 507, 'quotaLimitReached', undefined],
    // clients try 503 and 504 again by themselves, and what is not known must not be made twice
    [new OutcomeUnknownError('secret host'), 500, 'generalException', undefined],
    [Object.assign(new Error('slow down'), { statusCode: 429 }), 429, 'activityLimitReached', undefined],
    [Object.assign(new Error('what a request'), { statusCode: 422 }), 422, 'invalidRequest', undefined],
    [Object.assign(new Error('secret nonsense'), { statusCode: 200 }), 500, 'generalException', undefined],
    [Object.assign(new Error('secret proxy'), { statusCode: 503 }), 503, 'serviceNotAvailable', '1'],
    [Object.assign(new Error('who are you'), { statusCode: 401 }), 401, 'unauthenticated', undefined],
    [Object.assign(new Error('no'), { statusCode: 403 }), 403, 'accessDenied', undefined],
    [Object.assign(new Error('secret proxy'), { statusCode: 502 }), 502, 'generalException', undefined],
    [new GraphError('accessDenied', 'not you'), 403, 'accessDenied', undefined],
    [invalidRequest([]), 400, 'invalidRequest', undefined]
  ]
  for (const [failure, status, code, retryAfter] of failures) {
    const app = await makeApp(t, { store: { ...memoryStore(), find: async () => { throw failure } } })
    const answer = await app.inject({ url: `${calls}/a` })
    t.equal(answer.statusCode, status)
    t.equal(answer.json().error.code, code)
    t.equal(answer.headers['retry-after'], retryAfter)
    t.equal(answer.headers['www-authenticate'], status === 401 ? 'Bearer' : undefined)
    t.notMatch(answer.body, /secret/)
  }
  const first = await (await makeApp(t)).inject({ url: `${calls}/a` })
  const second = await (await makeApp(t)).inject({ url: `${calls}/a` })
  t.strictSame(toComparable(first), toComparable(second))
})

t.test('updates of a finished operation: status stays, the rest may change', async (t) => {
  const app = await makeApp(t)
  await app.inject({ method: 'POST', url: notes, payload: { id: 'a', status: 'Completed' } })
  const patch = async (payload: object) => await app.inject({ method: 'PATCH', url: `${notes}/a`, payload })
  for (const status of ['NotStarted', 'Running', 'Failed', null]) {
    const answer = await patch({ status })
    t.equal(answer.statusCode, 409, String(status))
    t.equal(answer.json().error.code, 'invalidStatusTransition')
    t.equal(answer.json().error.target, 'status')
  }
  t.equal((await patch({ resourceId: 'r', status: 'Completed' })).statusCode, 200)
  const free = await makeApp(t, { transitions: 'any' })
  await free.inject({ method: 'POST', url: notes, payload: { id: 'a', status: 'Completed' } })
  t.equal((await free.inject({ method: 'PATCH', url: `${notes}/a`, payload: { status: 'Running' } })).statusCode, 200)
})

t.test('nothing of a body is lost without a word', async (t) => {
  const app = await makeApp(t)
  const send = async (payload: string): Promise<Response> => await app.inject({ method: 'POST', url: calls, headers: { 'content-type': 'application/json' }, payload })
  const twice: Record<string, string> = {
    '{"a":1,"a":2}': 'a',
    '{"a":1,"a":1}': 'a',
    '{"id":"x","id":"x"}': 'id',
    '{"a":1,"\\u0061":2}': 'a',
    '{"a\\"":1,"b":{"x":{},"x":[]}}': 'b/x',
    '{"a":[0,{"b":1,"c":[1,{"d":1,"d":2}]}]}': 'a/1/c/1/d',
    '{"0":1,"0":2}': '0',
    '{"":1,"":2}': '',
    '{"@odata.type":"a","@odata.type":"b"}': '@odata.type'
  }
  for (const [body, target] of Object.entries(twice)) {
    const response = await send(body)
    t.equal(response.statusCode, 400, body)
    t.equal(response.json<{ error: { message: string } }>().error.message, `${target === '' ? 'the value' : `"${target}"`} is there twice`)
  }
  for (const number of ['9007199254740993', '-9007199254740993', '12345678901234567890123', '1e400', '-1E+400', '1e-400', '0.1e-999', '9'.repeat(400)]) {
    const response = await send(`{"a":{"b":[0,${number}]}}`)
    t.match([response.statusCode, response.json()], [400, { error: { target: 'a/b/1', message: '"a/b/1" is a number that cannot be kept as it is' } }], number)
  }
  t.match((await send('12345678901234567890')).json(), { error: { message: 'the value is a number that cannot be kept as it is' } })
  const kept: Record<string, unknown> = {
    '9007199254740992': 9007199254740992,
    12345678901234567000: 12345678901234567000,
    '-9223372036854775808': -9223372036854775808,
    '0.1234567890123456789': 0.1234567890123456789,
    '1e22': 1e22,
    '0e-400': 0,
    '0.00000000000000000000': 0
  }
  for (const [number, value] of Object.entries(kept)) {
    const response = await send(`{"a":${number},"b":{"a":1},"c":"\\\\","e":[{"a":1},{"a":2}]}`)
    t.match([response.statusCode, response.json()], [201, { a: value, b: { a: 1 }, e: [{ a: 1 }, { a: 2 }] }], number)
  }
})

t.test('a text that JSON.stringify makes loses nothing', async () => {
  fc.assert(fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, space) => {
    const text = JSON.stringify(value, undefined, space)
    assert.equal(findLoss(text, JSON.parse(text)), undefined)
  }))
  fc.assert(fc.property(fc.jsonValue(), fc.string(), (value, name) => {
    const member = JSON.stringify(name)
    const text = `{"x":[${JSON.stringify(value)},{${member}:1,"another${name.length}":{},${member}:2}]}`
    assert.match(String(findLoss(text, JSON.parse(text))?.message), /is there twice$/)
  }))
})
