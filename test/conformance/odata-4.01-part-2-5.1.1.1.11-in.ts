import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.1.11',
  title: 'In',
  support: 'supported',
  note: 'One of at most 50 literals in parentheses, null among them.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "percentComplete in ('1','3')" }), 'a')
    t.equal(await idsOf(notes, { $filter: "status in ('Running','Completed')" }), 'ab')
    t.equal(await idsOf(notes, { $filter: "percentComplete in ('2',null)" }), 'bc')
  }
})
