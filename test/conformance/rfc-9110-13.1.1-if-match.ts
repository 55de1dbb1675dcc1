import { clause } from '../support/clause.js'

export default clause({
  source: 'RFC 9110',
  section: '13.1.1',
  title: 'If-Match',
  support: 'deviates',
  note: 'Entity tags are compared weakly, as OData has it for tags like these; text that is no list of them is 400.',
  async test (t, { notes, send, create }) {
    const { headers: { etag } } = await create(notes, { id: 'a' })
    const strong = String(etag).replace('W/', '')
    t.equal((await send('PATCH', `${notes}/a`, {}, { 'if-match': strong })).status, 200)
    t.equal((await send('PATCH', `${notes}/a`, {}, { 'if-match': `${strong},${String(etag)}` })).status, 200)
    t.match(await send('PATCH', `${notes}/a`, {}, { 'if-match': 'x' }), { status: 400, body: { error: { target: 'If-Match' } } })
  }
})
