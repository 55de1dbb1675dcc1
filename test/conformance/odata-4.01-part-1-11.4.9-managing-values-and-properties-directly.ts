import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.4.9',
  title: 'Managing Values and Properties Directly',
  support: 'absent',
  note: 'A property is changed by PATCH of its operation, not at a URL of its own.',
  async test (t, { notes, send, create }) {
    await create(notes, { id: 'a' })
    t.equal((await send('PUT', `${notes}/a/percentComplete`, { value: '5' })).status, 404)
    t.equal((await send('DELETE', `${notes}/a/percentComplete`)).status, 404)
    t.equal((await send('PATCH', `${notes}/a`, { percentComplete: '5' })).status, 200)
  }
})
