import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '9.1.6',
  title: 'Response Code 304 Not Modified',
  support: 'supported',
  note: 'A conditional read of a state that has not changed answers 304 without a body; $metadata too.',
  async test (t, { notes, get, create }) {
    const { headers: { etag } } = await create(notes, { id: 'a' })
    t.match(await get(`${notes}/a`, {}, { 'if-none-match': String(etag) }), { status: 304, text: '' })
    const metadata = await get('/v1.0/$metadata')
    t.equal((await get('/v1.0/$metadata', {}, { 'if-none-match': String(metadata.headers.etag) })).status, 304)
  }
})
