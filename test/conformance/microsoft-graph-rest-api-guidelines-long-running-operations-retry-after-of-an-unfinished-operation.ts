import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph REST API Guidelines',
  section: 'Long running operations',
  title: 'Retry-After of an unfinished operation',
  support: 'absent',
  note: 'A client chooses itself how often to ask.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a', status: 'Running' })
    t.notOk('retry-after' in (await get(`${notes}/a`)).headers)
  }
})
