import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.5.5',
  title: 'Actions',
  support: 'absent',
  note: 'No actions are bound to operations or collections, such as one that would cancel.',
  async test (t, { notes, send, get, create }) {
    await create(notes, { id: 'a' })
    t.equal((await send('POST', `${notes}/a/cancel`, {})).status, 404)
    t.notMatch((await get('/v1.0/$metadata')).text, /<Action /)
  }
})
