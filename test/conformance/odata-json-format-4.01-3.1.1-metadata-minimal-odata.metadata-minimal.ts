import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '3.1.1',
  title: 'metadata=minimal (odata.metadata=minimal)',
  support: 'supported',
  note: 'What there is unless asked otherwise: context, type, entity tag, and links that cannot be worked out.',
  async test (t, { calls, get, create }) {
    await create(calls, { id: 'a', resultInfo: { code: 1, subcode: 2 } })
    const { body } = await get(`${calls}/a`)
    t.strictSame(Object.keys(body).filter((name) => name.startsWith('@')), ['@odata.context', '@odata.type', '@odata.etag'])
    t.notOk('code@odata.type' in body.resultInfo)
  }
})
