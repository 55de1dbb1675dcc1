import { clause } from '../support/clause.js'

export default clause({
  source: 'RFC 9110',
  section: '12.5.1',
  title: 'Accept',
  support: 'supported',
  note: 'The range that says most about an offer counts, and q=0 rules it out.',
  async test (t, { notes, get }) {
    t.match((await get(notes, {}, { accept: 'application/json;odata.metadata=full;q=0.2, application/json;q=0.9' })).headers['content-type'], /metadata=minimal/)
    t.equal((await get(notes, {}, { accept: '*/*, application/json;q=0' })).status, 406)
    t.equal((await get(notes, {}, { accept: 'text/html, */*;q=0.1' })).status, 200)
  }
})
