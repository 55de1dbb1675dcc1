import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '4.5',
  title: 'Control Information',
  support: 'supported',
  note: 'In requests it may stand with and without odata., in answers it stands with it.',
  async test (t, { calls, create }) {
    for (const name of ['@odata.type', '@type']) {
      const { status, body } = await create(calls, { [name]: '#microsoft.graph.recordOperation' })
      t.equal(status, 201)
      t.equal(body['@odata.type'], '#microsoft.graph.recordOperation')
      t.notOk('@type' in body)
    }
  }
})
