import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph REST API Guidelines',
  section: 'Error condition responses',
  title: 'Error code',
  support: 'deviates',
  note: 'code is one of Graph\'s own, such as itemNotFound, and not the name of the HTTP status; more is in innerError, so spelt.',
  async test (t, { notes, get }) {
    const { status, body } = await get(`${notes}/none`)
    t.equal(status, 404)
    t.equal(body.error.code, 'itemNotFound')
    t.notOk('innererror' in body.error)
  }
})
