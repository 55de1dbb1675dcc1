import { clause } from '../support/clause.js'

export default clause({
  source: 'RFC 9110',
  section: '8.8.3',
  title: 'ETag',
  support: 'supported',
  note: 'Opaque and weak; an operation that is deleted and created again never has an old one.',
  async test (t, { notes, send, create }) {
    const first = await create(notes, { id: 'a' })
    await send('DELETE', `${notes}/a`)
    const second = await create(notes, { id: 'a' })
    t.not(second.headers.etag, first.headers.etag)
    t.equal((await send('PATCH', `${notes}/a`, {}, { 'if-match': String(first.headers.etag) })).status, 412)
  }
})
