import { clause } from '../support/clause.js'

export default clause({
  source: 'OData CSDL 4.01',
  section: '6.2',
  title: 'Abstract Entity Type',
  support: 'supported',
  note: 'Nothing can be of an abstract type.',
  async test (t, { notes, get, create }) {
    t.match(await create(notes, { '@odata.type': '#microsoft.graph.entity' }), { status: 400, body: { error: { target: '@odata.type' } } })
    const { 'microsoft.graph': types } = (await get('/v1.0/$metadata', {}, { accept: 'application/json' })).body
    t.equal(types.entity.$Abstract, true)
  }
})
