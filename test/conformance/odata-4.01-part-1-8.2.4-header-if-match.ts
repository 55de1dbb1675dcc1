import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.4',
  title: 'Header If-Match',
  support: 'supported',
  note: 'A change whose entity tags do not name the present state is 412 and changes nothing; * stands for any state.',
  async test (t, { notes, send, get, create }) {
    const { headers: { etag } } = await create(notes, { id: 'a' })
    t.equal((await send('PATCH', `${notes}/a`, { status: 'Running' }, { 'if-match': 'W/"other"' })).status, 412)
    t.equal((await get(`${notes}/a`)).body.status, 'NotStarted')
    t.equal((await send('PATCH', `${notes}/a`, { status: 'Running' }, { 'if-match': `W/"other", ${String(etag)}` })).status, 200)
    t.equal((await send('DELETE', `${notes}/a`, undefined, { 'if-match': '*' })).status, 204)
    t.equal((await send('PATCH', `${notes}/a`, { status: 'Running' }, { 'if-match': '*' })).status, 412, 'of what is not there nothing matches')
  }
})
