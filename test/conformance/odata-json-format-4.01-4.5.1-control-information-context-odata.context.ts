import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '4.5.1',
  title: 'Control Information: context (odata.context)',
  support: 'supported',
  note: 'Lists, operations, delta payloads and the service document have one, absolute.',
  async test (t, { notes, send, get, create }) {
    const created = await create(notes, { id: 'a' })
    for (const { body } of [created, await get(notes), await get('/v1.0/'), await send('PATCH', notes, { '@context': '#$delta', value: [] })]) t.match(body['@odata.context'], /^http:\/\/localhost:80\/v1\.0\/\$metadata/)
  }
})
