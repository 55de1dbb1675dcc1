import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.7',
  title: 'Batch Requests',
  support: 'absent',
  note: 'There is no $batch yet; $metadata says so.',
  async test (t, { send, get }) {
    t.equal((await send('POST', '/v1.0/$batch', { requests: [{ id: '1', method: 'GET', url: '/me' }] })).status, 404)
    const { body } = await get('/v1.0/$metadata', {}, { accept: 'application/json' })
    t.equal(body.graphOperations.Service['@Capabilities.BatchSupported'], false)
  }
})
