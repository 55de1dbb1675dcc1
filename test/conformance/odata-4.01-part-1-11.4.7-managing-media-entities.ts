import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.4.7',
  title: 'Managing Media Entities',
  support: 'absent',
  note: 'Nothing is created from a stream: a body that is not JSON is 415.',
  async test (t, { notes, send, idsOf }) {
    t.equal((await send('POST', notes, 'bytes', { 'content-type': 'image/png' })).status, 415)
    t.equal(await idsOf(notes), '')
  }
})
