import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '4.4',
  title: 'Payload Ordering Constraints',
  support: 'supported',
  note: 'Answers can be read as a stream: context first, then type and other control information, then members; the next link last.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' }, { id: 'b' })
    t.strictSame(Object.keys((await get(`${notes}/a`)).body).slice(0, 4), ['@odata.context', '@odata.type', '@odata.etag', 'id'])
    t.strictSame(Object.keys((await get(notes, { $top: '1', $count: 'true' })).body), ['@odata.context', '@odata.count', 'value', '@odata.nextLink'])
  }
})
