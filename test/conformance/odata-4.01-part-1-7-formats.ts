import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '7',
  title: 'Formats',
  support: 'supported',
  note: 'JSON in and out; a body in another format is 415.',
  async test (t, { notes, send, get }) {
    t.equal((await send('POST', notes, '<entry/>', { 'content-type': 'application/atom+xml' })).status, 415)
    t.equal((await get(notes)).body.value.length, 0)
    t.equal((await send('POST', notes, '{}', { 'content-type': 'application/json;odata.metadata=minimal;charset=utf-8' })).status, 201)
  }
})
