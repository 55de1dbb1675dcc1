import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.6',
  title: 'Collection Functions',
  support: 'refused',
  note: 'Collections cannot be compared: 400.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $filter: 'hassubset(id,id)' }), { status: 400, body: { error: { target: '$filter', message: /function "hassubset" is not supported/ } } })
    t.match(await get(notes, { $filter: 'hassubsequence(id,id)' }), { status: 400, body: { error: { message: /hassubsequence/ } } })
  }
})
