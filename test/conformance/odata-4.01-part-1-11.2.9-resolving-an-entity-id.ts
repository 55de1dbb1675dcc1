import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.9',
  title: 'Resolving an Entity-Id',
  support: 'absent',
  note: 'An entity-id is the URL of the operation, so there is no $entity to resolve one.',
  async test (t, { notes, get, create }) {
    const { headers } = await create(notes, { id: 'a' })
    t.equal((await get('/v1.0/$entity', { $id: String(headers.location) })).status, 404)
    t.equal((await get(String(headers.location))).status, 200)
  }
})
