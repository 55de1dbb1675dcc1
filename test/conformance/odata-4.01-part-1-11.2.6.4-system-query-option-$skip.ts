import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.6.4',
  title: 'System Query Option $skip',
  support: 'supported',
  note: 'So many operations are left out from the start, after filter and order and before $top; at most 10,000.',
  async test (t, { notes, get, create, idsOf }) {
    await create(notes, { id: 'a' }, { id: 'b' }, { id: 'c' })
    t.equal(await idsOf(notes, { $skip: '1', $top: '1' }), 'b')
    t.equal(await idsOf(notes, { $skip: '3' }), '')
    t.match(await get(notes, { $skip: '10001' }), { status: 400, body: { error: { target: '$skip', message: /10000/ } } })
  }
})
