import Fastify from 'fastify'
import { randomUUID } from 'node:crypto'

/*
 * What anybody writes first: plain routes with a JSON schema for the body and the response, and no rules, no
 * authentication, no ETags. The store is given; what it answers may be a promise.
 */

const text = { type: ['string', 'null'] }
const properties = { status: { type: 'string', enum: ['NotStarted', 'Running', 'Completed', 'Failed'] }, percentComplete: text, resourceLocation: text, resourceId: text }
const operation = { type: 'object', properties: { id: { type: 'string' }, ...properties, createdDateTime: { type: 'string' }, lastActionDateTime: { type: 'string' } } }
const update = { type: 'object', additionalProperties: false, properties }
const creation = { type: 'object', additionalProperties: false, properties: { id: { type: 'string' }, createdDateTime: { type: 'string' }, ...properties } }
const pageQuery = { type: 'object', properties: { status: { type: 'string' }, limit: { type: 'integer', minimum: 1, maximum: 1_000 } } }

/** `store` has `get(id)`, `put(operation)`, `update(id, members)` and `newest(status, limit)`. */
export function makeBareOperations (store) {
  const app = Fastify()
  app.get('/operations/:id', { schema: { response: { 200: operation } } }, async (request, reply) => {
    return await store.get(request.params.id) ?? reply.code(404).send()
  })
  app.patch('/operations/:id', { schema: { body: update, response: { 200: operation } } }, async (request, reply) => {
    return await store.update(request.params.id, { ...request.body, lastActionDateTime: new Date().toISOString() }) ?? reply.code(404).send()
  })
  app.get('/operations', { schema: { querystring: pageQuery, response: { 200: { type: 'array', items: operation } } } }, async (request) => {
    return await store.newest(request.query.status, request.query.limit)
  })
  app.post('/operations', { schema: { body: creation, response: { 201: operation } } }, async (request, reply) => {
    const now = new Date().toISOString()
    const created = { id: randomUUID(), status: 'NotStarted', createdDateTime: now, percentComplete: null, resourceLocation: null, resourceId: null, ...request.body, lastActionDateTime: now }
    await store.put(created)
    return await reply.code(201).send(created)
  })
  return app
}
