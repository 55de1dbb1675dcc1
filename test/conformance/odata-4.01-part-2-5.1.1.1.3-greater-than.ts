import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.1.3',
  title: 'Greater Than',
  support: 'supported',
  note: 'Texts, numbers, instants and the numbers of enumerations have an order; beside null it is never true.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "percentComplete gt '1'" }), 'b')
    t.equal(await idsOf(notes, { $filter: "status gt 'Running'" }), 'b')
    t.equal(await idsOf(notes, { $filter: "percentComplete gt null" }), '')
  }
})
