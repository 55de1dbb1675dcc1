import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph REST API Guidelines',
  section: 'Collections, 9',
  title: 'Compound collection operations',
  support: 'supported',
  note: 'Filter, then order, then $skip and $top; the count is of what the filter lets through.',
  async test (t, { notes, get, create, idsOf }) {
    await create(notes, { id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' })
    const query = { $filter: "id ne 'd'", $orderby: 'id desc', $skip: '1', $top: '1', $count: 'true' }
    t.equal(await idsOf(notes, query), 'b')
    t.equal((await get(notes, query)).body['@odata.count'], 3)
  }
})
