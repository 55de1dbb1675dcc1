import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph REST API Guidelines',
  section: 'Long running operations',
  title: 'Cancel',
  support: 'deviates',
  note: 'DELETE takes the operation away at once; what works for it is for the host to stop.',
  async test (t, { notes, send, get, create }) {
    await create(notes, { id: 'a', status: 'Running' })
    t.equal((await send('DELETE', `${notes}/a`)).status, 204)
    t.equal((await get(`${notes}/a`)).status, 404)
  }
})
