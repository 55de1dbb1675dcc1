import { clause } from '../support/clause.js'

export default clause({
  source: 'OData CSDL 4.01',
  section: '6.1',
  title: 'Derived Entity Type',
  support: 'supported',
  note: 'A create may name a type below the declared one, which has the members of both and stays the type of the operation.',
  async test (t, { calls, send, get, create }) {
    t.match((await create(calls, { id: 'a', '@odata.type': '#microsoft.graph.recordOperation', clientContext: 'c', recordingLocation: 'l' })).body, { clientContext: 'c', recordingLocation: 'l' })
    t.match(await send('PATCH', `${calls}/a`, { '@odata.type': '#microsoft.graph.playPromptOperation' }), { status: 400, body: { error: { target: '@odata.type' } } })
    const { 'microsoft.graph': types } = (await get('/v1.0/$metadata', {}, { accept: 'application/json' })).body
    t.equal(types.recordOperation.$BaseType, 'microsoft.graph.commsOperation')
  }
})
