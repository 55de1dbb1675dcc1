import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.8.6',
  title: 'Preference omit-values',
  support: 'absent',
  note: 'Properties without a value are always there, as null; the preference is ignored.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' })
    const { headers, body } = await get(`${notes}/a`, {}, { prefer: 'omit-values=nulls' })
    t.notOk('preference-applied' in headers)
    t.equal(body.percentComplete, null)
  }
})
