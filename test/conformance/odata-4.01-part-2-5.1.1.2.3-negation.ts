import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.2.3',
  title: 'Negation',
  support: 'refused',
  note: 'A literal may be negative, an expression is not negated: 400.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $filter: '-length(id) eq -1' }), { status: 400, body: { error: { target: '$filter', message: /"-" is not expected \(at character 1\)/ } } })
    t.equal((await get(notes, { $filter: 'length(id) gt -1' })).status, 200)
  }
})
