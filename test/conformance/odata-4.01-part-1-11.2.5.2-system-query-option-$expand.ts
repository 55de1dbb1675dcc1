import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.5.2',
  title: 'System Query Option $expand',
  support: 'refused',
  note: 'Operations lead to nothing that could be expanded: 400.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $expand: 'error' }), { status: 400, body: { error: { target: '$expand', message: /not supported/ } } })
    t.equal((await get(notes, { expand: 'error' })).status, 400, 'without its $ too')
  }
})
