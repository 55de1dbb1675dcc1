import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.1.2',
  title: 'Not Equals',
  support: 'supported',
  note: 'Values that are not equal; null differs from every value.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "percentComplete ne '1'" }), 'bc')
    t.equal(await idsOf(notes, { $filter: "percentComplete ne null" }), 'ab')
  }
})
