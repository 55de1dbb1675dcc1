import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '4.5.8',
  title: 'Control Information: id (odata.id)',
  support: 'supported',
  note: 'The entity-id is the URL: said in full metadata, and understood in delta payloads.',
  async test (t, { notes, send, get, create }) {
    await create(notes, { id: 'a' })
    const { body } = await get(`${notes}/a`, {}, { accept: 'application/json;odata.metadata=full' })
    t.equal(body['@odata.id'], `http://localhost:80${notes}/a`)
    await send('PATCH', notes, { '@context': '#$delta', value: [{ '@id': body['@odata.id'], percentComplete: '5' }] })
    t.equal((await get(`${notes}/a`)).body.percentComplete, '5')
  }
})
