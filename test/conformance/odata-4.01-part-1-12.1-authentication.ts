import { makeApp } from '../support/app.js'
import { clause } from '../support/clause.js'
import { makePlace } from '../support/place.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '12.1',
  title: 'Authentication',
  support: 'supported',
  note: 'The host must say who authenticates; a caller without valid credentials is 401 with a challenge.',
  async test (t) {
    const { notes, get } = makePlace(await makeApp(t, { auth: () => undefined }))
    t.match(await get(notes), { status: 401, headers: { 'www-authenticate': 'Bearer' }, body: { error: { code: 'unauthenticated' } } })
    t.equal((await get('/v1.0/$metadata')).status, 200, 'what describes the service is for everybody')
  }
})
