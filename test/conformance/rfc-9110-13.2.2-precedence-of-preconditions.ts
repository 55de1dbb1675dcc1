import { clause } from '../support/clause.js'

export default clause({
  source: 'RFC 9110',
  section: '13.2.2',
  title: 'Precedence of Preconditions',
  support: 'supported',
  note: 'If-Match goes first: when it fails, If-None-Match is not asked.',
  async test (t, { notes, get, create }) {
    const { headers: { etag } } = await create(notes, { id: 'a' })
    const known = { 'if-none-match': String(etag) }
    t.equal((await get(`${notes}/a`, {}, { 'if-match': String(etag), ...known })).status, 304)
    t.equal((await get(`${notes}/a`, {}, { 'if-match': 'W/"old"', ...known })).status, 412)
  }
})
