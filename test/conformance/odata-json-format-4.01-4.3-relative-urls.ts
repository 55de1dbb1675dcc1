import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '4.3',
  title: 'Relative URLs',
  support: 'supported',
  note: 'Control information has absolute URLs; those of the service document are relative to its context.',
  async test (t, { notes, get, create }) {
    const { body } = await get('/v1.0/')
    t.equal(new URL(body.value[0].url, body['@odata.context']).href, 'http://localhost/v1.0/me')
    const created = await create(notes, { id: 'a' })
    t.ok(URL.canParse(created.body['@odata.context']))
  }
})
