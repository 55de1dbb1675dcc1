import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.1.6',
  title: 'Less Than or Equal',
  support: 'supported',
  note: 'As less than, or equal.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "percentComplete le '2'" }), 'ab')
    t.equal(await idsOf(notes, { $filter: "status le 'Running'" }), 'ac')
  }
})
