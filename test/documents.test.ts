import t from 'tap'
import type { FastifyInstance } from 'fastify'
import { sqliteStore } from '../index.js'
import { makeApp } from './support/app.js'

/*
 * The two source documents: their URLs, sample requests and sample responses, over a file-backed store.
 */

const onenoteUrl = '/v1.0/invitations/3a5f7f2e/invitedUser/joinedGroups/a2b4/sites/contoso.sharepoint.com,2c712604-1370-44e7-a1f5-426573fda80a,2d2244c3-251a-49ea-93a8-39e1c3a060fe/onenote/operations'
const onenoteRequest = {
  '@odata.type': '#microsoft.graph.onenoteOperation',
  status: 'String',
  lastActionDateTime: '2016-12-31T23:57:13.8078619+03:00',
  resourceLocation: 'Resource Location value',
  resourceId: 'Resource Id value',
  error: { '@odata.type': 'microsoft.graph.onenoteOperationError', code: 'Code value', message: 'Message value' },
  percentComplete: 'Percent Complete value'
}
const onenoteResponse = {
  ...onenoteRequest,
  id: '2291d582-d582-2291-82d5-912282d59122',
  createdDateTime: '2016-12-31T23:57:10.8757278+03:00'
}

const commsUrl = '/v1.0/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/operations'
const commsRequest = {
  '@odata.type': '#microsoft.graph.commsOperation',
  status: 'String',
  clientContext: 'Client Context value',
  resultInfo: { '@odata.type': '#microsoft.graph.ResultInfo', code: 4, subcode: 7, message: 'Message value' }
}
const commsResponse = { ...commsRequest, id: 'b571cdaa-cdaa-b571-aacd-71b5aacd71b5' }

/** Control information that the documents leave out, and the spelling of complex types, set aside. */
function toDocumented (body: Record<string, unknown>): unknown {
  const { '@odata.context': context, '@odata.etag': etag, ...rest } = body
  if (typeof context !== 'string' || typeof etag !== 'string') throw new Error('context and etag are missing')
  return JSON.parse(JSON.stringify(rest).replaceAll(/"#?microsoft\.graph\.(ResultInfo|resultInfo|onenoteOperationError)"/g, (_, name: string) => `"${name.toLowerCase()}"`))
}

const documents = [
  { name: 'onenoteOperation', url: onenoteUrl, request: onenoteRequest, response: onenoteResponse, seed: { id: onenoteResponse.id, createdDateTime: onenoteResponse.createdDateTime } },
  { name: 'commsOperation', url: commsUrl, request: commsRequest, response: commsResponse, seed: { id: commsResponse.id } }
]

async function patch (app: FastifyInstance, url: string, payload: object) {
  return await app.inject({ method: 'PATCH', url, payload, headers: { authorization: 'Bearer {token}' } })
}

for (const { name, url, request, response, seed } of documents) {
  t.test(`the document of ${name}`, async (t) => {
    const store = await sqliteStore({ file: `${t.testdir()}/operations.db` })
    const app = await makeApp(t, { store })
    t.equal((await app.inject({ method: 'POST', url, payload: seed })).statusCode, 201)

    await t.test('as printed, its status is no status', async (t) => {
      const answer = await patch(app, url, request)
      t.equal(answer.statusCode, 400)
      const { error } = answer.json<{ error: { code: string, message: string, target: string } }>()
      t.equal(error.code, 'invalidRequest')
      t.equal(error.target, 'status')
      for (const word of ['status', 'NotStarted', 'Running', 'Completed', 'Failed']) t.match(error.message, word)
    })

    for (const status of ['NotStarted', 'Running', 'Completed']) {
      await t.test(`with ${status} it answers the printed response`, async (t) => {
        const answer = await patch(app, url, { ...request, status })
        t.equal(answer.statusCode, 200)
        t.strictSame(toDocumented(answer.json()), toDocumented({ ...response, status, '@odata.context': '', '@odata.etag': '' }))
        t.equal(answer.headers['content-location'], `http://localhost:80${url.replaceAll(',', '%2C')}/${response.id}`)
        t.equal(answer.headers.etag, answer.json()['@odata.etag'])
      })
    }

    await t.test('and the operation reads so afterwards', async (t) => {
      const answer = await app.inject({ url: `${url}/${response.id}` })
      t.strictSame(toDocumented(answer.json()), toDocumented({ ...response, status: 'Completed', '@odata.context': '', '@odata.etag': '' }))
    })
  })
}

t.test('date-times are unchanged to the last digit in the text of the answer', async (t) => {
  const app = await makeApp(t)
  await app.inject({ method: 'POST', url: onenoteUrl, payload: { id: 'a', createdDateTime: onenoteResponse.createdDateTime } })
  const { body } = await patch(app, onenoteUrl, { lastActionDateTime: onenoteRequest.lastActionDateTime })
  t.match(body, '"lastActionDateTime":"2016-12-31T23:57:13.8078619+03:00"')
  t.match(body, '"createdDateTime":"2016-12-31T23:57:10.8757278+03:00"')
})

t.test('complex type names are understood with and without #, and as ResultInfo', async (t) => {
  const app = await makeApp(t)
  await app.inject({ method: 'POST', url: commsUrl, payload: {} })
  for (const type of ['microsoft.graph.resultInfo', '#microsoft.graph.resultInfo', 'microsoft.graph.ResultInfo', '#microsoft.graph.ResultInfo']) {
    const answer = await patch(app, commsUrl, { resultInfo: { '@odata.type': type, code: 4, subcode: 7 } })
    t.equal(answer.statusCode, 200, type)
    t.equal(answer.json().resultInfo['@odata.type'], '#microsoft.graph.resultInfo')
  }
  const wrong = await patch(app, commsUrl, { resultInfo: { '@odata.type': '#microsoft.graph.identity', code: 4, subcode: 7 } })
  t.equal(wrong.statusCode, 400)
  t.equal(wrong.json().error.target, 'resultInfo/@odata.type')
})
