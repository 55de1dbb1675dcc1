import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '13',
  title: 'Collection of Entities',
  support: 'supported',
  note: 'An object with the operations in value, an empty list when there are none.',
  async test (t, { notes, get, create }) {
    t.strictSame((await get(notes)).body.value, [])
    await create(notes, { id: 'a' })
    const { '@odata.context': _context, ...operation } = (await get(`${notes}/a`)).body
    t.strictSame((await get(notes)).body.value, [operation])
  }
})
