import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '4.5.9',
  title: 'Control Information: editLink and readLink (odata.editLink and odata.readLink)',
  support: 'supported',
  note: 'The edit link is said in full metadata; it is the read link too, which is not repeated.',
  async test (t, { notes, send, get, create }) {
    await create(notes, { id: 'a' })
    const { body } = await get(`${notes}/a`, {}, { accept: 'application/json;odata.metadata=full' })
    t.equal((await send('PATCH', body['@odata.editLink'], { percentComplete: '5' })).status, 200)
    t.notOk('@odata.readLink' in body)
  }
})
