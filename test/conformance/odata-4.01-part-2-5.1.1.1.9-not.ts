import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.1.9',
  title: 'Not',
  support: 'supported',
  note: 'What is false becomes true, and null stays null; a space before the parenthesis may be left out.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "not (status eq 'Running')" }), 'bc')
    t.equal(await idsOf(notes, { $filter: "not(contains(percentComplete,'1'))" }), 'b')
  }
})
