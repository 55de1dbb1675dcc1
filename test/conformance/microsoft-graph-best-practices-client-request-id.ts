import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph',
  section: 'Best practices',
  title: 'client-request-id',
  support: 'supported',
  note: 'It is echoed, in errors too; without it the request-id stands for it.',
  async test (t, { notes, get }) {
    t.equal((await get(notes, {}, { 'client-request-id': 'mine' })).headers['client-request-id'], 'mine')
    const { headers } = await get(notes)
    t.match(headers['request-id'], /^[0-9a-f-]{36}$/)
    t.equal(headers['client-request-id'], headers['request-id'])
  }
})
