import { clause } from '../support/clause.js'

export default clause({
  source: 'OData CSDL 4.01',
  section: '10',
  title: 'Enumeration Type',
  support: 'deviates',
  note: 'Members are read in any case and written exactly; numbers and other names are 400.',
  async test (t, { calls, get, create }) {
    t.equal((await create(calls, { status: 'rUNNING' })).body.status, 'Running')
    for (const status of ['Paused', '1', 1]) t.match(await create(calls, { status }), { status: 400, body: { error: { target: 'status' } } })
    const { 'microsoft.graph': types } = (await get('/v1.0/$metadata', {}, { accept: 'application/json' })).body
    t.match(types.operationStatus, { $Kind: 'EnumType', NotStarted: 0, Running: 1, Completed: 2, Failed: 3 })
  }
})
