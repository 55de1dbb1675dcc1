// A client of the document: openapi.test.ts makes ./generated.ts from docs/openapi.json, compiles this
// with it, and runs it against the server at URL. A line below an @ts-expect-error must not compile.
import createClient from 'openapi-fetch'
import type { components, paths } from './generated.js'

const [baseUrl = '', token = ''] = process.argv.slice(2)
const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } })

type Status = components['schemas']['microsoft.graph.operationStatus']
type Exactly<A, B> = [A] extends [B] ? [B] extends [A] ? true : never : never
const statusesAreExact: Exactly<Status, 'NotStarted' | 'Running' | 'Completed' | 'Failed'> = true

const notebook = { path: { invitationsId: '3a5f', groupId: 'a2b4', siteId: '9c1d' } }
const notes = '/v1.0/invitations/{invitationsId}/invitedUser/joinedGroups/{groupId}/sites/{siteId}/onenote/operations'
const call = { path: { callId: '57dab8b1' } }
const calls = '/v1.0/communications/calls/{callId}/operations'

await client.POST(notes, { params: notebook, body: { id: 'copy-1', createdDateTime: '2016-12-31T23:57:10.8757278+03:00' } })
const note = await client.PATCH(notes, {
  params: notebook,
  body: {
    '@odata.type': '#microsoft.graph.onenoteOperation',
    status: 'Completed',
    lastActionDateTime: '2016-12-31T23:57:13.8078619+03:00',
    resourceLocation: 'Resource Location value',
    resourceId: 'Resource Id value',
    error: { '@odata.type': 'microsoft.graph.onenoteOperationError', code: 'Code value', message: 'Message value' },
    percentComplete: 'Percent Complete value'
  }
})
const percentComplete: string | null | undefined = note.data?.percentComplete
const reason: string | null | undefined = note.data?.error?.message

await client.POST(calls, { params: call, body: { id: 'play-1', clientContext: 'first' } })
const comms = await client.PATCH(calls, {
  params: { ...call, header: { 'If-Match': '*' } },
  body: {
    '@odata.type': '#microsoft.graph.commsOperation',
    status: 'Running',
    clientContext: 'Client Context value',
    resultInfo: { '@odata.type': '#microsoft.graph.ResultInfo', code: 4, subcode: 7, message: 'Message value' }
  }
})
const code: number | undefined = comms.data?.resultInfo?.code

const list = await client.GET(notes, { params: { ...notebook, query: { $top: 5, $filter: 'status eq \'Completed\'', $orderby: 'createdDateTime desc', $count: true } } })
const ids: string[] | undefined = list.data?.value.map(({ id }) => id)
const next: string | undefined = list.data?.['@odata.nextLink']
const count: number | undefined = list.data?.['@odata.count']

const refusal = await client.GET('/v1.0/me/onenote/operations/{id}', { params: { path: { id: 'nobody' } } })
const absent = await client.GET('/v1.0/sites/{siteId}/onenote/operations/{id}', { params: { path: { siteId: '9c1d', id: 'nobody' } } })
const complaint: string | undefined = absent.error?.error.code

await client.DELETE('/v1.0/sites/{siteId}/onenote/operations/{id}', { params: { path: { siteId: '9c1d', id: 'copy-1' } } })
const left = await client.GET(notes, { params: notebook })

/** Never run: what the types refuse. */
export async function refused (): Promise<object> {
  // @ts-expect-error onenoteOperation is closed
  const closed: components['schemas']['microsoft.graph.onenoteOperationUpdate'] = { colour: 'red' }
  const open: components['schemas']['microsoft.graph.commsOperationUpdate'] = { colour: 'red' }
  // @ts-expect-error there is no such status
  await client.PATCH(notes, { params: notebook, body: { status: 'Sleeping' } })
  // @ts-expect-error progress is text
  await client.PATCH(notes, { params: notebook, body: { percentComplete: 40 } })
  // @ts-expect-error a code is a number
  await client.PATCH(calls, { params: call, body: { resultInfo: { code: 'four', subcode: 7 } } })
  // @ts-expect-error the call is not named
  await client.PATCH(calls, { body: { status: 'Running' } })
  // @ts-expect-error a page's size is a number
  await client.GET(notes, { params: { ...notebook, query: { $top: 'all' } } })
  // @ts-expect-error there is no such path
  await client.GET('/v1.0/onenote/operations', {})
  // @ts-expect-error a collection is not deleted
  await client.DELETE(notes, { params: notebook })
  // @ts-expect-error there is no such property
  const property: unknown = note.data?.colour
  // @ts-expect-error an error has no such member
  const member: unknown = absent.error?.colour
  return { closed, open, property, member }
}

process.stdout.write(JSON.stringify({
  statusesAreExact,
  note: [note.response.status, note.data?.status, percentComplete, reason],
  comms: [comms.response.status, comms.data?.status, comms.data?.clientContext, code],
  list: [list.response.status, ids, next === undefined, count],
  refusal: [refusal.response.status, refusal.error?.error.code],
  absent: [absent.response.status, complaint, absent.error?.error.innerError['request-id'] === absent.response.headers.get('request-id')],
  left: left.data?.value.length
}))
