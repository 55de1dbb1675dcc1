import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.8.10',
  title: 'Preference wait',
  support: 'absent',
  note: 'How long a client would wait is not looked at.',
  async test (t, { notes, send }) {
    const { status, headers } = await send('POST', notes, {}, { prefer: 'wait=0' })
    t.equal(status, 201)
    t.notOk('preference-applied' in headers)
  }
})
