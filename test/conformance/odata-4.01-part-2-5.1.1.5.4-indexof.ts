import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.5.4',
  title: 'indexof',
  support: 'refused',
  note: 'Not one of the functions that are there: 400 that names it.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $filter: "indexof(id,'a') eq 0" }), { status: 400, body: { error: { target: '$filter', message: /function "indexof" is not supported \(at character 1\)/ } } })
  }
})
