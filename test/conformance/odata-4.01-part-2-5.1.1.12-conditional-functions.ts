import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.12',
  title: 'Conditional Functions',
  support: 'refused',
  note: 'There is no case: 400.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $filter: 'case(true:1,false:2) eq 1' }), { status: 400, body: { error: { target: '$filter', message: /":" \(at character 10\)/ } } })
  }
})
