import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '4.5.2',
  title: 'Control Information: metadataEtag (odata.metadataEtag)',
  support: 'absent',
  note: 'Answers do not say the entity tag of $metadata; $metadata does.',
  async test (t, { notes, get }) {
    t.notOk('@odata.metadataEtag' in (await get(notes, {}, { accept: 'application/json;odata.metadata=full' })).body)
    t.match((await get('/v1.0/$metadata')).headers.etag, /^"/)
  }
})
