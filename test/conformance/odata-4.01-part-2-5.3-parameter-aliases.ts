import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.3',
  title: 'Parameter Aliases',
  support: 'refused',
  note: 'An alias is refused where it is defined and where it is used: 400.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { '@p': "'a'" }), { status: 400, body: { error: { target: '@p' } } })
    t.match(await get(notes, { $filter: 'id eq @p' }), { status: 400, body: { error: { target: '$filter', message: /parameter alias/ } } })
  }
})
