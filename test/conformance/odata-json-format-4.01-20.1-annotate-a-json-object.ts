import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '20.1',
  title: 'Annotate a JSON Object',
  support: 'supported',
  note: 'Annotations in requests are no members: they are read over and not kept, but for the type of a dynamic property.',
  async test (t, { calls, create }) {
    const { body } = await create(calls, { '@contoso.note': 'x', 'size@contoso.note': 'y', 'size@odata.type': '#Int64', size: 5 })
    t.strictSame(Object.keys(body).filter((name) => name.includes('@') && !name.startsWith('@')), ['size@odata.type'])
    t.notMatch(JSON.stringify(body), /contoso/)
  }
})
