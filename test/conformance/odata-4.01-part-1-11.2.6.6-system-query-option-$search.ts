import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.6.6',
  title: 'System Query Option $search',
  support: 'refused',
  note: 'There is no free-text search: 400.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $search: 'red' }), { status: 400, body: { error: { target: '$search', message: /not supported/ } } })
    t.equal((await get(notes, { search: 'red' })).status, 400, 'without its $ too')
  }
})
