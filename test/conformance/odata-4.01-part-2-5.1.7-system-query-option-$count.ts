import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.7',
  title: 'System Query Option $count',
  support: 'supported',
  note: 'true or false and nothing else.',
  async test (t, { notes, get }) {
    t.equal((await get(notes, { $count: 'true' })).body['@odata.count'], 0)
    t.match(await get(notes, { $count: '1' }), { status: 400, body: { error: { target: '$count' } } })
  }
})
