import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '4.3.6',
  title: 'Key-as-Segment Convention',
  support: 'supported',
  note: 'A key is a path segment; $metadata says so.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' })
    t.match(await get(`${notes}/a`), { status: 200, body: { id: 'a' } })
    const { body } = await get('/v1.0/$metadata', {}, { accept: 'application/json' })
    t.strictSame(body.graphOperations.Service['@Capabilities.KeyAsSegmentSupported'], true)
  }
})
