import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.6.2',
  title: 'System Query Option $orderby',
  support: 'supported',
  note: 'Declared properties, ascending unless desc is said, null lowest.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '2' }, { id: 'b', percentComplete: null }, { id: 'c', percentComplete: '1' })
    t.equal(await idsOf(notes, { $orderby: 'percentComplete' }), 'bca')
    t.equal(await idsOf(notes, { $orderby: 'percentComplete desc' }), 'acb')
    t.equal(await idsOf(notes, { $orderby: 'status,id desc' }), 'cba')
  }
})
