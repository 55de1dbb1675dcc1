import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '4.5.3',
  title: 'Control Information: type (odata.type)',
  support: 'supported',
  note: 'Operations and complex values always say their type; in requests # may be left out; a type that does not fit is 400.',
  async test (t, { notes, create }) {
    const { body } = await create(notes, { '@odata.type': '#microsoft.graph.onenoteOperation', error: { '@odata.type': 'microsoft.graph.onenoteOperationError', code: 'x' } })
    t.equal(body['@odata.type'], '#microsoft.graph.onenoteOperation')
    t.equal(body.error['@odata.type'], '#microsoft.graph.onenoteOperationError')
    t.match(await create(notes, { '@odata.type': '#microsoft.graph.commsOperation' }), { status: 400, body: { error: { target: '@odata.type' } } })
  }
})
