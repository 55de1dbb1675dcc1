import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '15.4',
  title: 'Added Link',
  support: 'refused',
  note: 'Operations have no links: a link in a delta payload is 400.',
  async test (t, { notes, send }) {
    const link = { '@context': '#sites/$link', source: 'a', relationship: 'b', target: 'c' }
    t.match(await send('PATCH', notes, { '@context': '#$delta', value: [link] }), { status: 400, body: { error: { target: 'value/0/@context' } } })
  }
})
