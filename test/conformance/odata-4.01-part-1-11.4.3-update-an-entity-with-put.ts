import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.4.3',
  title: 'Update an Entity, with PUT',
  support: 'absent',
  note: 'An operation is not replaced as a whole: PUT is 405.',
  async test (t, { notes, send, get, create }) {
    await create(notes, { id: 'a', percentComplete: '5' })
    t.equal((await send('PUT', `${notes}/a`, { status: 'Running' })).status, 405)
    t.match((await get(`${notes}/a`)).body, { status: 'NotStarted', percentComplete: '5' })
  }
})
