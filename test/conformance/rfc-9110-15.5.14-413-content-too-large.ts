import { clause } from '../support/clause.js'

export default clause({
  source: 'RFC 9110',
  section: '15.5.14',
  title: '413 Content Too Large',
  support: 'supported',
  note: 'A body has at most 65,536 bytes.',
  async test (t, { notes, create }) {
    t.match(await create(notes, { percentComplete: 'x'.repeat(65_536) }), { status: 413, body: { error: { message: /65,536/ } } })
  }
})
