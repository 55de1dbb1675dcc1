import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.18',
  title: 'Numeric Promotion',
  support: 'supported',
  note: 'Numbers are compared by their value, whole or not.',
  async test (t, { calls, create, idsOf }) {
    await create(calls, { id: 'a', size: 2 }, { id: 'b', size: 2.5 })
    t.equal(await idsOf(calls, { $filter: 'size eq 2.0' }), 'a')
    t.equal(await idsOf(calls, { $filter: 'size gt 2 and length(id) lt 1.5' }), 'b')
  }
})
