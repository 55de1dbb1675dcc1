import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '4.16',
  title: 'Addressing All Entities in a Service',
  support: 'absent',
  note: 'There is no $all: every list is that of one owner.',
  async test (t, { get }) {
    t.equal((await get('/v1.0/$all')).status, 404)
  }
})
