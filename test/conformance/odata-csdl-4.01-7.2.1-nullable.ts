import { clause } from '../support/clause.js'

export default clause({
  source: 'OData CSDL 4.01',
  section: '7.2.1',
  title: 'Nullable',
  support: 'supported',
  note: 'Null is kept where the property may be null, and 400 where it may not.',
  async test (t, { calls, send, get, create }) {
    await create(calls, { id: 'a', clientContext: 'c' })
    t.equal((await send('PATCH', `${calls}/a`, { clientContext: null })).body.clientContext, null)
    t.match(await send('PATCH', `${calls}/a`, { status: null }), { status: 400, body: { error: { target: 'status' } } })
    const { 'microsoft.graph': types } = (await get('/v1.0/$metadata', {}, { accept: 'application/json' })).body
    t.equal(types.commsOperation.clientContext.$Nullable, true)
    t.notOk(types.commsOperation.status.$Nullable)
  }
})
