import { clause } from '../support/clause.js'

export default clause({
  source: 'RFC 9110',
  section: '13.1.3',
  title: 'If-Modified-Since',
  support: 'absent',
  note: 'States are told apart by entity tags alone; there is no Last-Modified, and the condition is ignored.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' })
    const { status, headers } = await get(`${notes}/a`, {}, { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' })
    t.equal(status, 200)
    t.notOk('last-modified' in headers)
  }
})
