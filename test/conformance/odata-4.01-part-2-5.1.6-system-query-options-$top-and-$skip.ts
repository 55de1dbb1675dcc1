import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.6',
  title: 'System Query Options $top and $skip',
  support: 'supported',
  note: 'Whole numbers without a sign; $skip goes first, then $top.',
  async test (t, { notes, get, create, idsOf }) {
    await create(notes, { id: 'a' }, { id: 'b' }, { id: 'c' })
    t.equal(await idsOf(notes, { $top: '1', $skip: '1', $orderby: 'id desc' }), 'b')
    for (const value of ['-1', '+1', '1.5', '1e2', 'one', '']) t.match(await get(`${notes}?$top=${encodeURIComponent(value)}`), { status: 400, body: { error: { target: '$top' } } })
  }
})
