import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph',
  section: 'Errors',
  title: 'Error resource type',
  support: 'supported',
  note: 'error with code, message and innerError, which has the date and the ids of the request.',
  async test (t, { notes, get }) {
    const { headers, body } = await get(`${notes}/none`, {}, { 'client-request-id': 'mine' })
    t.match(body.error, { code: 'itemNotFound', innerError: { date: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, 'request-id': headers['request-id'], 'client-request-id': 'mine' } })
  }
})
