import { clause } from '../support/clause.js'

export default clause({
  source: 'RFC 9110',
  section: '14.2',
  title: 'Range',
  support: 'absent',
  note: 'Answers are whole: the header is ignored.',
  async test (t, { notes, get }) {
    const { status, headers } = await get(notes, {}, { range: 'bytes=0-1' })
    t.equal(status, 200)
    t.notOk('accept-ranges' in headers)
  }
})
