import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '9.2.2',
  title: 'Response Code 405 Method Not Allowed',
  support: 'supported',
  note: 'A method that a URL does not have is 405, and Allow lists those it has.',
  async test (t, { notes, send }) {
    t.match(await send('PUT', notes, {}), { status: 405, headers: { allow: 'GET, HEAD, POST, PATCH, OPTIONS' } })
    t.match(await send('POST', `${notes}/a`, {}), { status: 405, headers: { allow: 'GET, HEAD, PATCH, DELETE, OPTIONS' } })
    t.match(await send('POST', '/v1.0/$metadata', {}), { status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } })
  }
})
