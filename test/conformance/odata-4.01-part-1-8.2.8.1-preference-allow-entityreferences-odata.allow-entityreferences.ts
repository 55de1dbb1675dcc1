import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.8.1',
  title: 'Preference allow-entityreferences (odata.allow-entityreferences)',
  support: 'absent',
  note: 'Answers have entities and never references; the preference is ignored.',
  async test (t, { notes, get }) {
    const { status, headers, body } = await get(notes, {}, { prefer: 'odata.allow-entityreferences' })
    t.equal(status, 200)
    t.notOk('preference-applied' in headers)
    t.strictSame(body.value, [])
  }
})
