import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '7.1',
  title: 'Primitive Value',
  support: 'supported',
  note: 'Texts, numbers, booleans and null as JSON has them; date-times and enumeration members as text; nothing is converted.',
  async test (t, { calls, get, create }) {
    await create(calls, { id: 'a', n: 1.5, yes: true, none: null, status: 'Running' })
    const { body } = await get(`${calls}/a`)
    t.match(body, { n: 1.5, yes: true, status: 'Running', clientContext: null })
    t.match(await create(calls, { clientContext: 5 }), { status: 400, body: { error: { target: 'clientContext' } } })
  }
})
