import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.1.5',
  title: 'Less Than',
  support: 'supported',
  note: 'As greater than, the other way round; a value that is null is left out.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "percentComplete lt '2'" }), 'a')
    t.equal(await idsOf(notes, { $filter: "status lt 'Running'" }), 'c')
  }
})
