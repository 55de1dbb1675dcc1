import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph REST API Guidelines',
  section: 'Upsert',
  title: 'PATCH of what is not there',
  support: 'deviates',
  note: 'Without Prefer: create-if-missing it is 404 and not 409; the preference Prefer: idempotent is not known.',
  async test (t, { notes, send }) {
    t.equal((await send('PATCH', `${notes}/a`, {})).status, 404)
    t.equal((await send('PATCH', `${notes}/a`, {}, { prefer: 'idempotent' })).status, 404)
    t.equal((await send('PATCH', `${notes}/a`, {}, { prefer: 'create-if-missing' })).status, 201)
  }
})
