import { makeApp } from '../support/app.js'
import { clause } from '../support/clause.js'
import { makePlace } from '../support/place.js'

export default clause({
  source: 'Microsoft Graph',
  section: 'Users',
  title: '/me',
  support: 'supported',
  note: '/me is the signed-in user: the same collection as /users/{id} and /users/{userPrincipalName}.',
  async test (t) {
    const { create, idsOf } = makePlace(await makeApp(t, { auth: () => ({ tenant: 't', subject: 'oid', aliases: ['ann@contoso.com'], scopes: ['Notes.Create'] }) }))
    await create('/v1.0/me/onenote/operations', { id: 'a' })
    for (const user of ['oid', 'ann@contoso.com', 'ANN@contoso.com']) t.equal(await idsOf(`/v1.0/users/${user}/onenote/operations`), 'a')
  }
})
