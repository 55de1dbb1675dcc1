import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.3.8',
  title: 'Header Vary',
  support: 'supported',
  note: 'Answers that depend on Accept or on Prefer say so, whether or not the request had that header.',
  async test (t, { notes, send, get, create }) {
    await create(notes, { id: 'a' })
    t.equal((await get(`${notes}/a`)).headers.vary, 'Accept')
    t.equal((await get(notes)).headers.vary, 'Prefer, Accept')
    t.equal((await send('PATCH', `${notes}/a`, {})).headers.vary, 'Prefer, Accept')
    t.equal((await send('PATCH', `${notes}/a`, {}, { prefer: 'return=minimal' })).headers.vary, 'Prefer')
  }
})
