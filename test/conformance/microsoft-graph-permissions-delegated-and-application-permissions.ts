import { makeApp } from '../support/app.js'
import { clause } from '../support/clause.js'
import { makePlace } from '../support/place.js'

export default clause({
  source: 'Microsoft Graph',
  section: 'Permissions',
  title: 'Delegated and application permissions',
  support: 'supported',
  note: 'One of the permissions of the collection is needed, a delegated one without .All for the user\'s own only; otherwise 403.',
  async test (t) {
    const principal = (request: { headers: object }) => ({ tenant: 't', subject: 'u', ...JSON.parse((request.headers as { who: string }).who) as object })
    const { notes, send } = makePlace(await makeApp(t, { auth: principal }))
    const as = async (who: object, url: string) => (await send('GET', url, undefined, { who: JSON.stringify(who) })).status
    t.equal(await as({ scopes: ['Notes.Read'] }, '/v1.0/me/onenote/operations'), 200)
    t.equal(await as({ scopes: ['Notes.Read'] }, notes), 403)
    t.equal(await as({ scopes: ['Notes.Read.All'] }, notes), 200)
    t.equal(await as({ roles: ['Notes.Read.All'] }, notes), 200)
    t.equal(await as({ roles: ['Mail.Read'] }, notes), 403)
    t.equal(await as({ roles: ['Notes.Read.All'] }, '/v1.0/me/onenote/operations'), 403)
  }
})
