import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '9.3.1',
  title: 'Response Code 501 Not Implemented',
  support: 'deviates',
  note: 'What is not implemented is 400, 404 or 405 and not 501: asking for it is no failure of the service.',
  async test (t, { notes, send, get }) {
    t.equal((await get(notes, { $search: 'x' })).status, 400)
    t.equal((await send('PUT', `${notes}/a`, {})).status, 405)
    t.equal((await send('POST', '/v1.0/$batch', { requests: [] })).status, 404)
  }
})
