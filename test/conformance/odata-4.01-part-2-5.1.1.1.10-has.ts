import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.1.10',
  title: 'Has',
  support: 'refused',
  note: 'No enumeration here is one of flags: 400.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $filter: "status has 'Running'" }), { status: 400, body: { error: { target: '$filter', message: /operator "has" is not supported \(at character 8\)/ } } })
  }
})
