import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.4.1.5',
  title: 'Returning Results from Data Modification Requests',
  support: 'supported',
  note: 'Without a preference a create and an update answer with the representation after the change.',
  async test (t, { notes, send, get, create }) {
    const created = await create(notes, { id: 'a' })
    t.strictSame(created.body, (await get(`${notes}/a`)).body)
    const updated = await send('PATCH', `${notes}/a`, { status: 'Running' })
    t.strictSame(updated.body, (await get(`${notes}/a`)).body)
  }
})
