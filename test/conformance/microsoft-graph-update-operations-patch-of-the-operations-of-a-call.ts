import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph',
  section: 'Update operations',
  title: 'PATCH of the operations of a call',
  support: 'supported',
  note: 'The request of the document, at its URL: 200 and the whole commsOperation; ResultInfo is understood for resultInfo.',
  async test (t, { calls, send, create }) {
    await create(calls, { id: 'a' })
    const resultInfo = { '@odata.type': '#microsoft.graph.ResultInfo', code: 4, subcode: 7, message: 'Message value' }
    const { status, body } = await send('PATCH', calls, { '@odata.type': '#microsoft.graph.commsOperation', status: 'Completed', clientContext: 'Client Context value', resultInfo })
    t.equal(status, 200)
    t.match(body, { id: 'a', status: 'Completed', clientContext: 'Client Context value', resultInfo: { ...resultInfo, '@odata.type': '#microsoft.graph.resultInfo' } })
  }
})
