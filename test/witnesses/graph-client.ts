// what graph-client.test.ts runs: the client against the server at URL, whose certificate this process trusts
import { Client, GraphError, PageIterator } from '@microsoft/microsoft-graph-client'
import type { PageCollection } from '@microsoft/microsoft-graph-client'
import Fastify from 'fastify'
import t from 'tap'
import graphOperations, { memoryStore } from '../../index.js'
import { makeDevelopmentCertificate } from '../../plugins/dev-certificate.js'
import { fetchToken } from './support/server.js'

const [url = '', certificates = ''] = process.argv.slice(2)

function makeClient (address: string, token: string, defaultVersion = 'v1.0'): Client {
  return Client.init({ baseUrl: `${address}/`, defaultVersion, customHosts: new Set(['localhost']), authProvider: (done) => { done(null, token) } })
}

const client = makeClient(url, await fetchToken(url))
const notes = '/sites/contoso.sharepoint.com,2c71,a2b4/onenote/operations'

async function complaint (request: Promise<unknown>): Promise<GraphError> {
  const error: unknown = await request.then(() => undefined, (reason: unknown) => reason)
  if (!(error instanceof GraphError)) throw new Error('there is no GraphError', { cause: error })
  return error
}

t.test('create, get, list, update, delete', async (t) => {
  const created = await client.api(notes).post({ id: 'copy-1', createdDateTime: '2016-12-31T23:57:10.8757278+03:00' })
  t.match(created, { '@odata.type': '#microsoft.graph.onenoteOperation', id: 'copy-1', status: 'NotStarted', createdDateTime: '2016-12-31T23:57:10.8757278+03:00' })
  t.strictSame(await client.api(`${notes}/copy-1`).get(), created)
  const { value } = await client.api(notes).get()
  t.match(value, [{ id: 'copy-1', '@odata.etag': created['@odata.etag'] }])
  t.equal(value.length, 1)

  const updated = await client.api(`${notes}/copy-1`).patch({ status: 'Running', percentComplete: '40' })
  t.match(updated, { id: 'copy-1', status: 'Running', percentComplete: '40', createdDateTime: created.createdDateTime })
  t.not(updated['@odata.etag'], created['@odata.etag'])
  const late = await complaint(client.api(`${notes}/copy-1`).header('If-Match', created['@odata.etag']).patch({ percentComplete: '50' }))
  t.equal(late.statusCode, 412)
  t.equal((await client.api(`${notes}/copy-1`).header('If-Match', updated['@odata.etag']).patch({ percentComplete: '50' })).percentComplete, '50')

  await client.api(`${notes}/copy-1`).delete()
  t.equal((await complaint(client.api(`${notes}/copy-1`).get())).statusCode, 404)
  t.strictSame((await client.api(notes).get()).value, [])
})

t.test('the documents\' two requests, at both mounts', async (t) => {
  const path = '/invitations/3a5f/invitedUser/joinedGroups/a2b4/sites/9c1d/onenote/operations'
  await client.api(path).post({ createdDateTime: '2016-12-31T23:57:10.8757278+03:00' })
  t.match(await client.api(path).patch({
    '@odata.type': '#microsoft.graph.onenoteOperation',
    status: 'Completed',
    lastActionDateTime: '2016-12-31T23:57:13.8078619+03:00',
    resourceLocation: 'Resource Location value',
    resourceId: 'Resource Id value',
    error: { '@odata.type': 'microsoft.graph.onenoteOperationError', code: 'Code value', message: 'Message value' },
    percentComplete: 'Percent Complete value'
  }), {
    status: 'Completed',
    createdDateTime: '2016-12-31T23:57:10.8757278+03:00',
    lastActionDateTime: '2016-12-31T23:57:13.8078619+03:00',
    error: { '@odata.type': '#microsoft.graph.onenoteOperationError', code: 'Code value', message: 'Message value' },
    percentComplete: 'Percent Complete value'
  })

  const calls = '/communications/calls/57dab8b1/operations'
  await client.api(calls).version('beta').post({ clientContext: 'first' })
  t.match(await client.api(calls).version('beta').patch({
    '@odata.type': '#microsoft.graph.commsOperation',
    status: 'Running',
    clientContext: 'Client Context value',
    resultInfo: { '@odata.type': '#microsoft.graph.ResultInfo', code: 4, subcode: 7, message: 'Message value' }
  }), { status: 'Running', clientContext: 'Client Context value', resultInfo: { '@odata.type': '#microsoft.graph.resultInfo', code: 4, subcode: 7, message: 'Message value' } })
})

t.test('PageIterator reaches the last page and sees every operation once', async (t) => {
  const path = '/groups/a2b4/onenote/operations'
  const ids = Array.from({ length: 25 }, (_, index) => `copy-${String(index).padStart(2, '0')}`)
  for (const id of ids) await client.api(path).post({ id })
  const first = await client.api(path).top(10).get() as PageCollection
  t.equal(first.value.length, 10)
  t.ok(first['@odata.nextLink']?.startsWith(`${url}/v1.0${path}?`), 'an absolute link, which the client sends the token to')
  const seen: string[] = []
  const iterator = new PageIterator(client, first, ({ id }: { id: string }) => seen.push(id) > 0)
  await iterator.iterate()
  t.ok(iterator.isComplete())
  t.strictSame(seen, ids)
})

t.test('a GraphError has the status, the code and the id of the request', async (t) => {
  const [stranger, nobody] = [makeClient(url, 'not.a.token'), makeClient(url, await fetchToken(url, { roles: [] }))]
  const cases: Array<[number, string, () => Promise<unknown>]> = [
    [404, 'itemNotFound', async () => await client.api(`${notes}/nobody`).get()],
    [400, 'invalidRequest', async () => await client.api(notes).post({ colour: 'red' })],
    [400, 'invalidRequest', async () => await client.api(notes).expand('owner').get()],
    [401, 'unauthenticated', async () => await stranger.api(notes).get()],
    [403, 'accessDenied', async () => await nobody.api(notes).get()]
  ]
  for (const [statusCode, code, request] of cases) {
    const error = await complaint(request())
    t.match(error, { statusCode, code, message: /\w/, date: Date })
    t.match(error.requestId, /^[0-9a-f-]{36}$/)
    t.equal(error.headers?.get('request-id'), error.requestId)
    t.ok(JSON.parse(error.body).innerError['client-request-id'], 'which the client made')
  }
  const taken = async () => await client.api(notes).post({ id: 'taken' })
  await taken()
  t.match(await complaint(taken()), { statusCode: 409, code: 'nameAlreadyExists' })
  t.match(JSON.parse((await complaint(client.api(notes).post({ colour: 'red' }))).body), { target: 'colour', details: [{ target: 'colour' }] })
})

t.test('a limiter\'s 429 is tried again when Retry-After is over', async (t) => {
  const host = Fastify({ https: await makeDevelopmentCertificate(certificates) })
  t.teardown(async () => { await host.close() })
  const arrivals: number[] = []
  host.addHook('onRequest', async (_request, reply) => {
    arrivals.push(Date.now())
    if (arrivals.length === 1) return await reply.code(429).header('retry-after', '1').send()
  })
  await host.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none' })
  const address = await host.listen({ host: '127.0.0.1', port: 0 })
  const created = await makeClient(address.replace('127.0.0.1', 'localhost'), 'any').api(notes).post({ id: 'copy-1' })
  t.equal(created.id, 'copy-1')
  t.equal(arrivals.length, 2)
  t.ok(arrivals[1]! - arrivals[0]! >= 1_000)
})
