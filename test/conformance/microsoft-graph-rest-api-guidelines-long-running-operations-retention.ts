import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph REST API Guidelines',
  section: 'Long running operations',
  title: 'Retention',
  support: 'deviates',
  note: 'Nothing is removed by itself, so a finished operation is there for longer than 24 hours; there are no tombstones.',
  async test (t, { notes, send, get, create }) {
    await create(notes, { id: 'a', status: 'Completed', createdDateTime: '2001-01-01T00:00:00Z', lastActionDateTime: '2001-01-01T00:00:00Z' })
    t.equal((await get(`${notes}/a`)).status, 200)
    await send('DELETE', `${notes}/a`)
    t.equal((await get(`${notes}/a`)).status, 404)
  }
})
