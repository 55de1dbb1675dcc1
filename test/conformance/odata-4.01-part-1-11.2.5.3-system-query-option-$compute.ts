import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.5.3',
  title: 'System Query Option $compute',
  support: 'refused',
  note: 'There are no computed properties: 400.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $compute: 'length(id) as n' }), { status: 400, body: { error: { target: '$compute', message: /not supported/ } } })
    t.equal((await get(notes, { compute: 'length(id) as n' })).status, 400, 'without its $ too')
  }
})
