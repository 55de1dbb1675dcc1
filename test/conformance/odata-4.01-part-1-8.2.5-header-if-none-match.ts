import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.5',
  title: 'Header If-None-Match',
  support: 'supported',
  note: 'A read of a known state is 304; a change of one is 412; * lets PATCH only create.',
  async test (t, { notes, send, get, create }) {
    const { headers: { etag } } = await create(notes, { id: 'a' })
    const known = { 'if-none-match': String(etag) }
    t.equal((await get(`${notes}/a`, {}, known)).status, 304)
    t.equal((await send('PATCH', `${notes}/a`, { status: 'Running' }, known)).status, 412)
    t.equal((await send('PATCH', `${notes}/a`, {}, { 'if-none-match': '*' })).status, 412)
    t.equal((await send('PATCH', `${notes}/b`, {}, { 'if-none-match': '*' })).status, 201)
  }
})
