import { makeApp } from '../support/app.js'
import { clause } from '../support/clause.js'
import { makePlace } from '../support/place.js'

export default clause({
  source: 'RFC 9110',
  section: '9.3.7',
  title: 'OPTIONS',
  support: 'supported',
  note: '204 with Allow, without authentication.',
  async test (t) {
    const { notes, send } = makePlace(await makeApp(t, { auth: () => undefined }))
    t.match(await send('OPTIONS', notes), { status: 204, text: '', headers: { allow: 'GET, HEAD, POST, PATCH, OPTIONS' } })
    t.match(await send('OPTIONS', `${notes}/a`), { status: 204, headers: { allow: 'GET, HEAD, PATCH, DELETE, OPTIONS' } })
  }
})
