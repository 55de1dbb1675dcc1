import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.11',
  title: 'System Query Option $format',
  support: 'refused',
  note: 'The format is chosen by Accept alone: 400.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $format: 'json' }), { status: 400, body: { error: { target: '$format', message: /not supported/ } } })
    t.equal((await get(notes, { format: 'json' })).status, 400, 'without its $ too')
  }
})
