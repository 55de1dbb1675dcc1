import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.1.5',
  title: 'Header OData-Version',
  support: 'supported',
  note: 'Answers say 4.0, errors too; requests may speak 4.0 or 4.01, another version is 400.',
  async test (t, { notes, get }) {
    for (const spoken of ['4.0', '4.01']) {
      const { status, headers } = await get(notes, {}, { 'odata-version': spoken })
      t.equal(status, 200)
      t.equal(headers['odata-version'], '4.0')
    }
    const refused = await get(notes, {}, { 'odata-version': '3.0' })
    t.match(refused, { status: 400, headers: { 'odata-version': '4.0' }, body: { error: { target: 'OData-Version' } } })
  }
})
