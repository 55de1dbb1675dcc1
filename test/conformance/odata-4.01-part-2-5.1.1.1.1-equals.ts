import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.1.1',
  title: 'Equals',
  support: 'supported',
  note: 'Equal values of one kind; null equals null only.',
  async test (t, { notes, get, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "percentComplete eq '1'" }), 'a')
    t.equal(await idsOf(notes, { $filter: "percentComplete eq null" }), 'c')
    t.match(await get(notes, { $filter: 'percentComplete eq 1' }), { status: 400, body: { error: { message: /a text cannot be compared with a number/ } } })
  }
})
