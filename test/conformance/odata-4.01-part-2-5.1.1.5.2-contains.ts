import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.5.2',
  title: 'contains',
  support: 'supported',
  note: 'Whether a text has another one in it, case included; null if one of them is.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "contains(percentComplete,'1')" }), 'a')
    t.equal(await idsOf(notes, { $filter: "contains(id,'A')" }), '')
  }
})
