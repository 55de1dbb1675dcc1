import Fastify from 'fastify'
import { randomUUID } from 'node:crypto'
import { announce, listen } from './announce.js'

/* Bare Fastify over a Map with the bytes of this package: its URL, a token that nobody reads, its headers and members. */

const collection = '/v1.0/sites/bench/onenote/operations'
const context = "http://127.0.0.1/v1.0/$metadata#sites('bench')/onenote/operations"
const mediaType = 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8'

const text = { type: ['string', 'null'] }
const members = { status: { type: 'string' }, percentComplete: text, resourceLocation: text, resourceId: text }
const operation = { '@odata.type': { type: 'string' }, '@odata.etag': { type: 'string' }, id: { type: 'string' }, createdDateTime: { type: 'string' }, lastActionDateTime: { type: 'string' }, error: text, ...members }
const entity = { type: 'object', properties: { '@odata.context': { type: 'string' }, ...operation } }
const page = { type: 'object', properties: { '@odata.context': { type: 'string' }, value: { type: 'array', items: { type: 'object', properties: operation } } } }
const body = { type: 'object', additionalProperties: false, properties: { id: { type: 'string' }, createdDateTime: { type: 'string' }, ...members } }

const operations = new Map()
const app = Fastify()

function put (operation) {
  const stored = { ...operation, '@odata.type': '#microsoft.graph.onenoteOperation', '@odata.etag': `W/"${randomUUID().slice(0, 16)}"`, lastActionDateTime: new Date().toISOString() }
  operations.set(stored.id, stored)
  return stored
}

function dress (reply, etag) {
  const id = randomUUID()
  reply.headers({ 'request-id': id, 'client-request-id': id, 'odata-version': '4.0', 'cache-control': 'private, no-cache', vary: 'Accept', 'content-type': mediaType })
  if (etag !== undefined) reply.header('etag', etag)
}

function answer (reply, found) {
  dress(reply, found['@odata.etag'])
  return { '@odata.context': `${context}/$entity`, ...found }
}

app.get(`${collection}/:id`, { schema: { response: { 200: entity } } }, async (request, reply) => {
  const found = operations.get(request.params.id)
  return found === undefined ? reply.code(404).send() : answer(reply, found)
})
app.patch(`${collection}/:id`, { schema: { body, response: { 200: entity } } }, async (request, reply) => {
  const found = operations.get(request.params.id)
  return found === undefined ? reply.code(404).send() : answer(reply, put({ ...found, ...request.body }))
})
app.get(collection, { schema: { response: { 200: page } } }, async (request, reply) => {
  dress(reply)
  const value = [...operations.values()]
    .filter(({ status }) => status === 'Running')
    .sort((a, b) => a.createdDateTime < b.createdDateTime ? 1 : -1)
    .slice(0, Number(request.query.$top))
  return { '@odata.context': context, value }
})
app.post(collection, { schema: { body, response: { 201: entity } } }, async (request, reply) => {
  const created = put({ id: randomUUID(), status: 'NotStarted', createdDateTime: new Date().toISOString(), error: null, percentComplete: null, resourceLocation: null, resourceId: null, ...request.body })
  reply.code(201).header('location', `http://127.0.0.1${collection}/${created.id}`)
  return answer(reply, created)
})

announce({ port: await listen(app), token: 'x'.repeat(1453) })
