import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.14.5',
  title: '$root',
  support: 'refused',
  note: 'Paths begin at the operation: 400.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $filter: "$root/sites eq 'a'" }), { status: 400, body: { error: { target: '$filter', message: /is not supported here \(at character 1\)/ } } })
  }
})
