import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.14.3',
  title: 'null',
  support: 'supported',
  note: 'A property without a value equals null; so does what is below it, and a dynamic property that is not there.',
  async test (t, { notes, calls, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "percentComplete eq null" }), 'c')
    t.equal(await idsOf(notes, { $filter: "error/code eq null" }), 'abc')
    await create(calls, { id: 'd' })
    t.equal(await idsOf(calls, { $filter: 'colour eq null' }), 'd')
  }
})
