import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.8.9',
  title: 'Preference track-changes (odata.track-changes)',
  support: 'absent',
  note: 'Changes are not tracked: no answer has a delta link, and the preference is ignored.',
  async test (t, { notes, get }) {
    const { status, headers, body } = await get(notes, {}, { prefer: 'odata.track-changes' })
    t.equal(status, 200)
    t.notOk('preference-applied' in headers)
    t.notOk('@odata.deltaLink' in body)
  }
})
