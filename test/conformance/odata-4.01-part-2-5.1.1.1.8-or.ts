import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.1.8',
  title: 'Or',
  support: 'supported',
  note: 'Either is true, though the other one be null.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "percentComplete eq '1' or status eq 'Completed'" }), 'ab')
    t.equal(await idsOf(notes, { $filter: "contains(percentComplete,'1') or id eq 'c'" }), 'ac')
  }
})
