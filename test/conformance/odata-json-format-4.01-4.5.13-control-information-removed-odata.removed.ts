import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '4.5.13',
  title: 'Control Information: removed (odata.removed)',
  support: 'supported',
  note: 'In a delta payload it removes; anywhere else it is 400.',
  async test (t, { notes, send, create, idsOf }) {
    await create(notes, { id: 'a' }, { id: 'b' })
    t.match(await create(notes, { '@removed': { reason: 'deleted' } }), { status: 400, body: { error: { target: '@removed' } } })
    await send('PATCH', notes, { '@context': '#$delta', value: [{ '@odata.removed': { reason: 'deleted' }, id: 'a' }] })
    t.equal(await idsOf(notes), 'b')
  }
})
