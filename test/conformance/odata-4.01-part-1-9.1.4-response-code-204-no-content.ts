import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '9.1.4',
  title: 'Response Code 204 No Content',
  support: 'supported',
  note: 'A delete, and a write whose answer is to be minimal, answer 204 without a body.',
  async test (t, { notes, send }) {
    t.match(await send('POST', notes, { id: 'a' }, { prefer: 'return=minimal' }), { status: 204, text: '' })
    t.match(await send('DELETE', `${notes}/a`), { status: 204, text: '' })
  }
})
