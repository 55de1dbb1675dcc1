import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.8.2',
  title: 'Preference callback (odata.callback)',
  support: 'absent',
  note: 'Nobody is called back; the preference is ignored.',
  async test (t, { notes, get }) {
    const { status, headers, body } = await get(notes, {}, { prefer: 'odata.callback; url="http://localhost/x"' })
    t.equal(status, 200)
    t.notOk('preference-applied' in headers)
    t.strictSame(body.value, [])
  }
})
