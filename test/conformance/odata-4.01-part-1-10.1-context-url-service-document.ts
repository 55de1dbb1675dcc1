import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '10.1',
  title: 'Context URL: Service Document',
  support: 'supported',
  note: 'The context of the service document is the URL of $metadata.',
  async test (t, { get }) {
    t.equal((await get('/v1.0/')).body['@odata.context'], 'http://localhost:80/v1.0/$metadata')
  }
})
