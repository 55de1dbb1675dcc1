import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '4.15',
  title: 'Addressing the Cross Join of Entity Sets',
  support: 'absent',
  note: 'There is no $crossjoin; $metadata says so.',
  async test (t, { get }) {
    t.equal((await get('/v1.0/$crossjoin(sites,users)')).status, 404)
    const { body } = await get('/v1.0/$metadata', {}, { accept: 'application/json' })
    t.equal(body.graphOperations.Service['@Capabilities.CrossJoinSupported'], false)
  }
})
