import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.8',
  title: 'Header Prefer',
  support: 'supported',
  note: 'Preferences that are not known or cannot be used are ignored.',
  async test (t, { notes, get }) {
    const { status, headers } = await get(notes, {}, { prefer: 'colour=red, maxpagesize=none, return' })
    t.equal(status, 200)
    t.notOk('preference-applied' in headers)
  }
})
