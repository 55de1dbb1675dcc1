import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.1.4',
  title: 'Greater Than or Equal',
  support: 'supported',
  note: 'As greater than, or equal; beside null it is never true.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "percentComplete ge '1'" }), 'ab')
    t.equal(await idsOf(notes, { $filter: "status ge 'Running'" }), 'ab')
  }
})
