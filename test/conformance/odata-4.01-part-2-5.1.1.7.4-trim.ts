import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.7.4',
  title: 'trim',
  support: 'refused',
  note: 'Not one of the functions that are there: 400 that names it.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $filter: "trim(id) eq 'a'" }), { status: 400, body: { error: { target: '$filter', message: /function "trim" is not supported \(at character 1\)/ } } })
  }
})
