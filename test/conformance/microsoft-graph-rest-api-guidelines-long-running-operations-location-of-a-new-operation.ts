import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph REST API Guidelines',
  section: 'Long running operations',
  title: 'Location of a new operation',
  support: 'deviates',
  note: 'A create answers 201 with Location; the 202 with Location or Operation-Location is the answer of the host\'s own action.',
  async test (t, { notes, create }) {
    const { status, headers } = await create(notes, { id: 'a' })
    t.equal(status, 201)
    t.match(headers.location, /\/operations\/a$/)
    t.notOk('operation-location' in headers)
  }
})
