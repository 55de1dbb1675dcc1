import { AllowedHostsValidator, BaseBearerTokenAuthenticationProvider } from '@microsoft/kiota-abstractions'
import { createGraphServiceClient, GraphRequestAdapter } from '@microsoft/msgraph-sdk'
import type { GraphServiceClient } from '@microsoft/msgraph-sdk'
import { OperationStatusObject } from '@microsoft/msgraph-sdk/models/index.js'
import type { ODataError } from '@microsoft/msgraph-sdk/models/oDataErrors/index.js'
import '@microsoft/msgraph-sdk-sites'
import '@microsoft/msgraph-sdk-users'
import t from 'tap'
import { fetchToken, startServer } from './support/server.js'

const url = await startServer(t)

function makeClient (token: string): GraphServiceClient {
  const adapter = new GraphRequestAdapter(new BaseBearerTokenAuthenticationProvider({
    getAuthorizationToken: async () => token,
    getAllowedHostsValidator: () => new AllowedHostsValidator(new Set(['127.0.0.1']))
  }))
  adapter.baseUrl = `${url}/v1.0`
  return createGraphServiceClient(adapter)
}

/** What the SDK throws for an answer that is no success; it is no `Error`. */
async function complaint (request: Promise<unknown>): Promise<ODataError> {
  const error: unknown = await request.then(() => undefined, (reason: unknown) => reason)
  if (error === null || typeof error !== 'object' || !('errorEscaped' in error)) throw new Error('there is no ODataError', { cause: error })
  return error as ODataError
}

const client = makeClient(await fetchToken(url))
const operations = client.sites.bySiteId('contoso.sharepoint.com,2c71,a2b4').onenote.operations
const { Running, Completed, Failed } = OperationStatusObject

t.test('sites: create, get, patch, delete', async (t) => {
  const createdDateTime = new Date('2016-12-31T20:57:10.875Z')
  const created = await operations.post({ id: 'copy-1', createdDateTime })
  t.match(created, { id: 'copy-1', odataType: '#microsoft.graph.onenoteOperation', status: 'NotStarted', createdDateTime, percentComplete: null })
  t.type(created?.createdDateTime, Date)

  const patched = await operations.byOnenoteOperationId('copy-1').patch({ status: Running, percentComplete: '40' })
  t.match(patched, { status: 'Running', percentComplete: '40', createdDateTime })
  t.ok(Date.now() - patched!.lastActionDateTime!.getTime() < 60_000)
  const ended = await operations.byOnenoteOperationId('copy-1').patch({ status: Failed, errorEscaped: { code: 'copyFailed', message: 'disk full' }, percentComplete: null })
  t.match(ended, { status: 'Failed', percentComplete: null, errorEscaped: { code: 'copyFailed', message: 'disk full' } })

  const got = await operations.byOnenoteOperationId('copy-1').get()
  t.match(got, { id: 'copy-1', status: 'Failed', errorEscaped: { code: 'copyFailed' }, createdDateTime })
  await operations.byOnenoteOperationId('copy-1').delete()
  t.match(await complaint(operations.byOnenoteOperationId('copy-1').get()), { responseStatusCode: 404 })
})

t.test('users: the same on a user\'s own, with a delegated token', async (t) => {
  const own = makeClient(await fetchToken(url, { oid: 'adele', scp: 'Notes.ReadWrite' }))
  const { operations } = own.users.byUserId('adele').onenote
  await operations.post({ id: 'copy-1' })
  t.match(await operations.byOnenoteOperationId('copy-1').patch({ status: Completed, resourceId: 'page-1' }), { status: 'Completed', resourceId: 'page-1' })
  t.match((await operations.get())?.value, [{ id: 'copy-1', resourceId: 'page-1' }])
  t.match(await complaint(own.users.byUserId('megan').onenote.operations.get()), { responseStatusCode: 403, errorEscaped: { code: 'accessDenied' } })
  await operations.byOnenoteOperationId('copy-1').delete()
  t.strictSame((await operations.get())?.value, [])
})

t.test('an ODataError has the code, the target and the ids', async (t) => {
  const error = await complaint(operations.byOnenoteOperationId('nobody').get())
  t.match(error, { responseStatusCode: 404, errorEscaped: { code: 'itemNotFound', message: /\w/, innerError: { requestId: /^[0-9a-f-]{36}$/, clientRequestId: /^[0-9a-f-]{36}$/, date: Date } } })
  await operations.post({ id: 'taken' })
  t.match(await complaint(operations.post({ id: 'taken' })), { responseStatusCode: 409, errorEscaped: { code: 'nameAlreadyExists' } })
  t.match(await complaint(operations.byOnenoteOperationId('taken').patch({ additionalData: { colour: 'red' } })), {
    responseStatusCode: 400, errorEscaped: { code: 'invalidRequest', target: 'colour', details: [{ target: 'colour' }] }
  })
  t.match(await complaint(makeClient('not.a.token').sites.bySiteId('s').onenote.operations.get()), { responseStatusCode: 401, errorEscaped: { code: 'unauthenticated' } })
})

t.test('list with options', async (t) => {
  const { operations } = client.sites.bySiteId('options').onenote
  for (let minute = 0; minute < 6; minute++) {
    const id = `copy-${minute}`
    await operations.post({ id, createdDateTime: new Date(Date.UTC(2026, 0, 1, 0, minute)), status: minute % 2 === 0 ? Running : Completed, percentComplete: String(minute) })
  }
  const idsOf = (page: { value?: Array<{ id?: string | null }> | null } | undefined) => page?.value?.map(({ id }) => id)

  await t.test('top, and the link to the next page', async (t) => {
    const first = await operations.get({ queryParameters: { top: 4 } })
    t.strictSame(idsOf(first), ['copy-0', 'copy-1', 'copy-2', 'copy-3'])
    const second = await operations.withUrl(first!.odataNextLink!).get()
    t.strictSame(idsOf(second), ['copy-4', 'copy-5'])
    t.notOk(second?.odataNextLink)
  })

  await t.test('skip', async (t) => t.strictSame(idsOf(await operations.get({ queryParameters: { skip: 4 } })), ['copy-4', 'copy-5']))

  await t.test('filter', async (t) => {
    t.strictSame(idsOf(await operations.get({ queryParameters: { filter: 'status eq \'Running\'' } })), ['copy-0', 'copy-2', 'copy-4'])
    t.strictSame(idsOf(await operations.get({ queryParameters: { filter: 'createdDateTime ge 2026-01-01T00:04:00Z' } })), ['copy-4', 'copy-5'])
    t.strictSame(idsOf(await operations.get({ queryParameters: { filter: 'startsWith(percentComplete,\'3\')' } })), ['copy-3'])
    t.match(await complaint(operations.get({ queryParameters: { filter: 'colour eq \'red\'' } })), { responseStatusCode: 400, errorEscaped: { code: 'invalidRequest' } })
  })

  await t.test('orderby', async (t) => {
    t.strictSame(idsOf(await operations.get({ queryParameters: { orderby: ['status', 'createdDateTime desc'] } })), ['copy-4', 'copy-2', 'copy-0', 'copy-5', 'copy-3', 'copy-1'])
  })

  await t.test('select', async (t) => {
    const page = await operations.get({ queryParameters: { select: ['id', 'status'], top: 1 } })
    t.match(page?.value, [{ id: 'copy-0', status: 'Running' }])
    t.equal(page?.value?.[0]?.percentComplete, undefined)
    t.equal(page?.value?.[0]?.createdDateTime, undefined)
  })

  await t.test('count', async (t) => {
    const page = await operations.get({ queryParameters: { count: true, top: 2, filter: 'status eq \'Completed\'' } })
    t.equal(page?.odataCount, 3, 'before paging')
    t.strictSame(idsOf(page), ['copy-1', 'copy-3'])
    t.equal((await operations.get({ queryParameters: { top: 2 } }))?.odataCount, undefined)
    t.equal(await operations.count.get(), 6)
    t.equal(await operations.count.get({ queryParameters: { filter: 'status eq \'Running\'' } }), 3)
  })
})
