import { makeApp } from '../support/app.js'
import { clause } from '../support/clause.js'
import { makePlace } from '../support/place.js'

export default clause({
  source: 'RFC 6750',
  section: '3',
  title: 'The WWW-Authenticate Response Header Field',
  support: 'supported',
  note: '401 has a Bearer challenge; 403 has none.',
  async test (t) {
    const refused = makePlace(await makeApp(t, { auth: () => null }))
    t.equal((await refused.get(refused.notes)).headers['www-authenticate'], 'Bearer')
    const forbidden = makePlace(await makeApp(t, { auth: () => ({ tenant: 't', subject: 's', scopes: [] }) }))
    t.match(await forbidden.get(forbidden.notes), { status: 403, headers: { 'www-authenticate': undefined }, body: { error: { code: 'accessDenied' } } })
  }
})
