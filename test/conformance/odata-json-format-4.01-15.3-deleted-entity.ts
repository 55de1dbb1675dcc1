import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '15.3',
  title: 'Deleted Entity',
  support: 'supported',
  note: 'A removed operation is @removed with its reason and the key.',
  async test (t, { notes, send, create }) {
    await create(notes, { id: 'a' })
    const { body } = await send('PATCH', notes, { '@context': '#$delta', value: [{ '@removed': { reason: 'changed' }, id: 'a' }] })
    t.strictSame(body.value, [{ '@removed': { reason: 'deleted' }, id: 'a' }])
    t.match(await send('PATCH', notes, { '@context': '#$delta', value: [{ '@removed': {} }] }), { status: 400, body: { error: { target: 'value/0/id' } } })
  }
})
