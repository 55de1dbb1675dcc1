import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '9.2.3',
  title: 'Response Code 406 Not Acceptable',
  support: 'supported',
  note: 'A request whose Accept takes nothing on offer is 406, and a write is not done.',
  async test (t, { notes, send, idsOf }) {
    t.match(await send('POST', notes, {}, { accept: 'text/html' }), { status: 406, body: { error: { target: 'Accept' } } })
    t.equal(await idsOf(notes), '')
  }
})
