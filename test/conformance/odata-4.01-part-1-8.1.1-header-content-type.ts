import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.1.1',
  title: 'Header Content-Type',
  support: 'supported',
  note: 'Every answer with a body says its media type, with the format parameters that were applied.',
  async test (t, { notes, get }) {
    const { headers } = await get(notes)
    t.match(headers['content-type'], /^application\/json;odata\.metadata=minimal;/)
    t.equal((await get(`${notes}/$count`)).headers['content-type'], 'text/plain;charset=utf-8')
    t.equal((await get('/v1.0/$metadata')).headers['content-type'], 'application/xml;charset=utf-8')
  }
})
