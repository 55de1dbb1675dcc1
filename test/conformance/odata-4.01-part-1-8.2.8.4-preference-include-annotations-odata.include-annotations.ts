import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.8.4',
  title: 'Preference include-annotations (odata.include-annotations)',
  support: 'absent',
  note: 'Representations have no annotations beside control information; the preference is ignored.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' })
    const plain = await get(notes)
    const { headers, body } = await get(notes, {}, { prefer: 'odata.include-annotations="*"' })
    t.notOk('preference-applied' in headers)
    t.strictSame(body, plain.body)
  }
})
