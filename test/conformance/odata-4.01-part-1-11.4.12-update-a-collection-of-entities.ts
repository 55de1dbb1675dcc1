import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.4.12',
  title: 'Update a Collection of Entities',
  support: 'supported',
  note: 'PATCH of the collection with a delta payload upserts and removes, all or nothing, and answers in the same order.',
  async test (t, { notes, send, create, idsOf }) {
    await create(notes, { id: 'a' }, { id: 'b' })
    const { status, body } = await send('PATCH', notes, { '@context': '#$delta', value: [{ id: 'c' }, { id: 'a', percentComplete: '5' }, { '@removed': {}, id: 'b' }] })
    t.equal(status, 200)
    t.match(body.value, [{ id: 'c', status: 'NotStarted' }, { id: 'a', percentComplete: '5' }, { '@removed': { reason: 'deleted' }, id: 'b' }])
    t.equal(await idsOf(notes, { $orderby: 'id' }), 'ac')
    t.match(await send('PATCH', notes, { '@context': '#$delta', value: [{ id: 'd' }, { '@removed': {}, id: 'z' }] }), { status: 404, body: { error: { target: 'value/1/id' } } })
    t.equal(await idsOf(notes, { $orderby: 'id' }), 'ac')
  }
})
