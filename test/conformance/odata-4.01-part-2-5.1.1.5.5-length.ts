import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.5.5',
  title: 'length',
  support: 'supported',
  note: 'The number of characters of a text; null of null.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "length(percentComplete) eq 1" }), 'ab')
    t.equal(await idsOf(notes, { $filter: "length(percentComplete) eq null" }), 'c')
  }
})
