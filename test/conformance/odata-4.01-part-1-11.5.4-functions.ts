import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.5.4',
  title: 'Functions',
  support: 'absent',
  note: 'No functions are bound to operations or collections.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' })
    t.equal((await get(`${notes}/a/microsoft.graph.status()`)).status, 404)
    t.equal((await get(`${notes}/delta`)).status, 404)
    t.notMatch((await get('/v1.0/$metadata')).text, /<Function /)
  }
})
