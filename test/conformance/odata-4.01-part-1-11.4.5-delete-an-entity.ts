import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.4.5',
  title: 'Delete an Entity',
  support: 'supported',
  note: 'DELETE answers 204, and the operation is gone.',
  async test (t, { notes, send, get, create }) {
    await create(notes, { id: 'a' })
    t.equal((await send('DELETE', `${notes}/a`)).status, 204)
    t.equal((await get(`${notes}/a`)).status, 404)
    t.equal((await send('DELETE', `${notes}/a`)).status, 404)
  }
})
