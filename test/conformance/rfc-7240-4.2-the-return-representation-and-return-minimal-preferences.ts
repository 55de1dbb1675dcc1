import { clause } from '../support/clause.js'

export default clause({
  source: 'RFC 7240',
  section: '4.2',
  title: 'The return=representation and return=minimal Preferences',
  support: 'supported',
  note: 'A write without a body in its answer has the headers that it would have had with one.',
  async test (t, { notes, send, get }) {
    const { headers } = await send('POST', notes, { id: 'a' }, { prefer: 'return=minimal' })
    t.match(headers, { location: /\/a$/, etag: /^W\//, 'preference-applied': 'return=minimal' })
    t.equal((await get(`${notes}/a`)).headers.etag, headers.etag)
  }
})
