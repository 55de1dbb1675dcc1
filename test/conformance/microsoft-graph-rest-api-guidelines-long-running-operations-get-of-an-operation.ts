import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph REST API Guidelines',
  section: 'Long running operations',
  title: 'GET of an operation',
  support: 'supported',
  note: 'The operation is read for as long as it is there, by any number of clients.',
  async test (t, { notes, send, get, create }) {
    await create(notes, { id: 'a', status: 'Running' })
    t.match(await Promise.all([get(`${notes}/a`), get(`${notes}/a`)]), [{ status: 200, body: { status: 'Running' } }, { status: 200, body: { status: 'Running' } }])
    await send('PATCH', `${notes}/a`, { status: 'Completed', resourceLocation: 'https://contoso.com/r' })
    t.match((await get(`${notes}/a`)).body, { status: 'Completed', resourceLocation: 'https://contoso.com/r' })
  }
})
