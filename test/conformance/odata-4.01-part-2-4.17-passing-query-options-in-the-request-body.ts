import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '4.17',
  title: 'Passing Query Options in the Request Body',
  support: 'absent',
  note: 'Query options are in the URL; $metadata says that there is no $query.',
  async test (t, { notes, send, get }) {
    t.equal((await send('POST', `${notes}/$query`, '$top=1', { 'content-type': 'text/plain' })).status, 405)
    const { body } = await get('/v1.0/$metadata', {}, { accept: 'application/json' })
    t.equal(body.graphOperations.Service['@Capabilities.QuerySegmentSupported'], false)
  }
})
