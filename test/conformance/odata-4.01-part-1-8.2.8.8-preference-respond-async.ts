import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.8.8',
  title: 'Preference respond-async',
  support: 'absent',
  note: 'Requests are answered when they are done, whatever is preferred.',
  async test (t, { notes, send, idsOf }) {
    const { status, headers } = await send('POST', notes, { id: 'a' }, { prefer: 'respond-async, wait=1' })
    t.equal(status, 201)
    t.notOk('preference-applied' in headers)
    t.equal(await idsOf(notes), 'a')
  }
})
