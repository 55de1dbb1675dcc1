import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '3.1.3',
  title: 'metadata=none (odata.metadata=none)',
  support: 'supported',
  note: 'No control information but the next link and the count.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a', error: { code: 'x' } }, { id: 'b' })
    const { text, body } = await get(notes, { $top: '1', $count: 'true' }, { accept: 'application/json;odata.metadata=none' })
    t.strictSame(Object.keys(body).sort(), ['@odata.count', '@odata.nextLink', 'value'])
    t.notMatch(text, /@odata\.(?:context|type|etag)/)
  }
})
