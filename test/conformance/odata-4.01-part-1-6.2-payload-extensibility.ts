import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '6.2',
  title: 'Payload Extensibility',
  support: 'supported',
  note: 'Annotations that are not understood are read over, in open and closed types alike.',
  async test (t, { notes, calls, create }) {
    for (const url of [notes, calls]) {
      const { status, body } = await create(url, { '@contoso.note': 1, 'status@contoso.note': 'x', status: 'Running' })
      t.equal(status, 201)
      t.equal(body.status, 'Running')
      t.notOk('@contoso.note' in body)
    }
  }
})
