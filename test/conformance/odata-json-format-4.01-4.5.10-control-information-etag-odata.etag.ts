import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '4.5.10',
  title: 'Control Information: etag (odata.etag)',
  support: 'supported',
  note: 'Every operation says its entity tag, in lists too, as the header does; in a delta payload it is the condition of a change.',
  async test (t, { notes, send, get, create }) {
    const { headers, body } = await create(notes, { id: 'a' })
    t.equal(body['@odata.etag'], headers.etag)
    t.equal((await get(notes)).body.value[0]['@odata.etag'], headers.etag)
    const change = (etag: unknown) => send('PATCH', notes, { '@context': '#$delta', value: [{ id: 'a', '@odata.etag': etag, percentComplete: '5' }] })
    t.equal((await change('W/"old"')).status, 412)
    t.equal((await change(headers.etag)).status, 200)
  }
})
