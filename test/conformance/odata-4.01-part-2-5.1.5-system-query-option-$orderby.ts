import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.5',
  title: 'System Query Option $orderby',
  support: 'deviates',
  note: 'At most four declared properties, also inside complex ones; expressions and dynamic properties are 400.',
  async test (t, { notes, calls, get, create, idsOf }) {
    await create(notes, { id: 'a', error: { code: '2' } }, { id: 'b', error: { code: '1' } })
    t.equal(await idsOf(notes, { $orderby: 'error/code asc' }), 'ba')
    for (const $orderby of ['length(id)', 'error', 'id,status,createdDateTime,resourceId,percentComplete']) t.match(await get(notes, { $orderby }), { status: 400, body: { error: { target: '$orderby' } } })
    t.match(await get(calls, { $orderby: 'colour' }), { status: 400, body: { error: { message: /only declared properties have an order/ } } })
  }
})
