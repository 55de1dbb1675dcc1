import t from 'tap'
import { makeApp as makeImports } from '../examples/own-type.js'
import { copyPages, makeApp as makeWorker } from '../examples/worker.js'

t.test('own-type: routes, validation and documentation from one definition', async (t) => {
  const app = await makeImports()
  t.teardown(async () => { await app.close() })
  const url = '/v1.0/workspaces/1/imports/operations'
  t.equal((await app.inject({ method: 'POST', url, payload: {} })).json().error.target, 'fileName')
  const created = await app.inject({ method: 'POST', url, payload: { id: 'a', fileName: 'a.csv' } })
  t.equal(created.json()['@odata.type'], '#contoso.importOperation')
  t.equal((await app.inject({ method: 'PATCH', url, payload: { importedRows: 'many' } })).statusCode, 400)
  t.equal((await app.inject({ method: 'PATCH', url, payload: { importedRows: 5, status: 'Running' } })).json().importedRows, 5)
  const document = app.swagger() as { paths: Record<string, object>, components: { schemas: Record<string, { properties: object }> } }
  t.ok(document.paths['/v1.0/workspaces/{workspaceId}/imports/operations'])
  t.hasOwnProps(document.components.schemas['contoso.importOperationUpdate']!.properties, ['fileName', 'importedRows', 'status'])
})

t.test('worker: clients see the progress of work in the process', async (t) => {
  const app = await makeWorker()
  t.teardown(async () => { await app.close() })
  const seen: string[] = []
  const look = async (): Promise<void> => { seen.push((await app.inject({ url: '/v1.0/sites/1/onenote/operations' })).json().value[0].percentComplete) }
  const id = await copyPages(app, '1', [look, look, look])
  t.strictSame(seen, ['0', '33', '67'])
  const done = (await app.inject({ url: `/v1.0/sites/1/onenote/operations/${id}` })).json()
  t.match(done, { status: 'Completed', percentComplete: '100', resourceId: 'copy-of-1' })

  const failed = await copyPages(app, '2', [async () => { throw new Error('disk on fire') }])
  t.match((await app.inject({ url: `/v1.0/sites/2/onenote/operations/${failed}` })).json(), { status: 'Failed', error: { code: 'copyFailed', message: 'Error: disk on fire' } })

  const removeAll = async (): Promise<void> => {
    const [{ id: key } = { id: '' }] = await app.operationStore.list({ tenant: 'local', owner: 'sites/3' }, { orderBy: [] }, { limit: 1, skip: 0 })
    await app.operations.remove({ tenant: 'local', owner: 'sites/3', id: key })
  }
  await t.rejects(copyPages(app, '3', [removeAll]), { code: 'itemNotFound' })
})
