import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.2',
  title: 'Header Accept-Charset',
  support: 'absent',
  note: 'Answers are UTF-8, whatever charset is asked for.',
  async test (t, { notes, get }) {
    const { status, headers } = await get(notes, {}, { 'accept-charset': 'iso-8859-1' })
    t.equal(status, 200)
    t.match(headers['content-type'], /charset=utf-8$/)
  }
})
