import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.3.3',
  title: 'Header Location',
  support: 'supported',
  note: 'A create answers with the edit URL of the operation, absolute.',
  async test (t, { notes, get, create }) {
    const { headers } = await create(notes, { id: 'a' })
    t.equal(headers.location, `http://localhost:80${notes}/a`)
    t.match(await get(String(headers.location)), { status: 200, body: { id: 'a' } })
  }
})
