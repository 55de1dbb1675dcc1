import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.7.3',
  title: 'toupper',
  support: 'supported',
  note: 'A text in upper case.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "toupper(id) eq 'B'" }), 'b')
  }
})
