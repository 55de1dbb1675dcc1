import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '3.1.2',
  title: 'metadata=full (odata.metadata=full)',
  support: 'supported',
  note: 'The entity-id, the edit link and the types of declared properties that JSON does not tell are there too.',
  async test (t, { calls, get, create }) {
    await create(calls, { id: 'a', resultInfo: { code: 1, subcode: 2 } })
    const { headers, body } = await get(`${calls}/a`, {}, { accept: 'application/json;odata.metadata=full' })
    t.match(headers['content-type'], /odata\.metadata=full/)
    t.match(body, { '@odata.id': `http://localhost:80${calls}/a`, 'status@odata.type': '#microsoft.graph.operationStatus', resultInfo: { 'code@odata.type': '#Int32' } })
  }
})
