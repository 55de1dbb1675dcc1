import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph REST API Guidelines',
  section: 'Collections, 8.3',
  title: 'Stable order prerequisite',
  support: 'supported',
  note: 'Operations that an order leaves alike are in that of their creation, then id, in the direction of the last property.',
  async test (t, { notes, create, idsOf }) {
    const createdDateTime = '2020-01-01T00:00:00Z'
    await create(notes, { id: 'c', createdDateTime }, { id: 'b', createdDateTime }, { id: 'a', createdDateTime: '2021-01-01T00:00:00Z' })
    t.equal(await idsOf(notes, { $orderby: 'status' }), 'bca')
    t.equal(await idsOf(notes, { $orderby: 'status desc' }), 'acb')
  }
})
