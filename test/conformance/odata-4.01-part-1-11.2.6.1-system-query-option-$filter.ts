import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.6.1',
  title: 'System Query Option $filter',
  support: 'supported',
  note: 'Operations for which the condition is true; false and null leave one out; an empty result is an empty list.',
  async test (t, { notes, get, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '5' }, { id: 'b', percentComplete: '6' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "percentComplete eq '5'" }), 'a')
    t.equal(await idsOf(notes, { $filter: "not contains(percentComplete,'5')" }), 'b', 'of c it is null')
    t.match(await get(notes, { $filter: "id eq 'z'" }), { status: 200, body: { value: [] } })
  }
})
