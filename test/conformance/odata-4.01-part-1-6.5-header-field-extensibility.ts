import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '6.5',
  title: 'Header Field Extensibility',
  support: 'supported',
  note: 'Header fields that are not known have no effect.',
  async test (t, { notes, get }) {
    const plain = await get(notes)
    const { status, body } = await get(notes, {}, { 'x-contoso': 'y', 'odata-contoso': 'z' })
    t.equal(status, 200)
    t.strictSame(body, plain.body)
  }
})
