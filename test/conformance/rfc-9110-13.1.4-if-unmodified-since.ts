import { clause } from '../support/clause.js'

export default clause({
  source: 'RFC 9110',
  section: '13.1.4',
  title: 'If-Unmodified-Since',
  support: 'absent',
  note: 'There is no Last-Modified to compare with: the condition is ignored.',
  async test (t, { notes, send, create }) {
    await create(notes, { id: 'a' })
    t.equal((await send('PATCH', `${notes}/a`, { percentComplete: '5' }, { 'if-unmodified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' })).status, 200)
  }
})
