import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.1.7',
  title: 'And',
  support: 'supported',
  note: 'Both are true.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "percentComplete eq '1' and status eq 'Running'" }), 'a')
    t.equal(await idsOf(notes, { $filter: "percentComplete eq '1' and status eq 'Completed'" }), '')
  }
})
