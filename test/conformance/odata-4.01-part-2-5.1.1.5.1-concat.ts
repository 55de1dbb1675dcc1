import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.5.1',
  title: 'concat',
  support: 'refused',
  note: 'Not one of the functions that are there: 400 that names it.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $filter: "concat(id,'x') eq 'ax'" }), { status: 400, body: { error: { target: '$filter', message: /function "concat" is not supported \(at character 1\)/ } } })
  }
})
