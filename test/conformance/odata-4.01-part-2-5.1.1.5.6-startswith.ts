import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.5.6',
  title: 'startswith',
  support: 'supported',
  note: 'Whether a text begins with another one; function names may be in any case.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "startswith(percentComplete,'1')" }), 'a')
    t.equal(await idsOf(notes, { $filter: "startsWith(percentComplete,'2')" }), 'b')
  }
})
