import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '10.2',
  title: 'Context URL: Collection of Entities',
  support: 'supported',
  note: 'The context of a list names the collection by its path, with keys in parentheses.',
  async test (t, { get }) {
    const { body } = await get('/v1.0/groups/g/sites/s,1/onenote/operations')
    t.equal(body['@odata.context'], "http://localhost:80/v1.0/$metadata#groups('g')/sites('s%2C1')/onenote/operations")
  }
})
