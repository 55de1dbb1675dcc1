import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '9.5',
  title: 'In-Stream Errors',
  support: 'absent',
  note: 'Bodies are complete before their first byte is sent, so no error can come in the middle of one.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' })
    const { headers, text } = await get(notes)
    t.equal(Number(headers['content-length']), Buffer.byteLength(text))
    t.notOk('trailer' in headers)
  }
})
