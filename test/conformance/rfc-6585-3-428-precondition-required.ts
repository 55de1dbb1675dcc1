import { makeApp } from '../support/app.js'
import { clause } from '../support/clause.js'
import { makePlace } from '../support/place.js'

export default clause({
  source: 'RFC 6585',
  section: '3',
  title: '428 Precondition Required',
  support: 'supported',
  note: 'Where the host sets requireIfMatch, a change without If-Match is 428, and one with it is made.',
  async test (t) {
    const { notes, create, send } = makePlace(await makeApp(t, { requireIfMatch: true }))
    const { headers: { etag } } = await create(notes, { id: 'a' })
    t.match(await send('DELETE', `${notes}/a`), { status: 428, body: { error: { code: 'preconditionRequired', target: 'If-Match' } } })
    t.equal((await send('DELETE', `${notes}/a`, undefined, { 'if-match': String(etag) })).status, 204)
  }
})
