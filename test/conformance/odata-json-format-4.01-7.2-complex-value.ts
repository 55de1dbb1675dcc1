import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '7.2',
  title: 'Complex Value',
  support: 'supported',
  note: 'An object with its type; a member that is not declared is 400, one that may not be null is not.',
  async test (t, { calls, create }) {
    t.match(await create(calls, { resultInfo: { code: 200, subcode: 0 } }), { status: 201, body: { resultInfo: { '@odata.type': '#microsoft.graph.resultInfo', code: 200, subcode: 0, message: null } } })
    t.match(await create(calls, { resultInfo: { code: 200, subcode: 0, colour: 'red' } }), { status: 400, body: { error: { target: 'resultInfo/colour' } } })
    t.match(await create(calls, { resultInfo: { code: 200, subcode: null } }), { status: 400, body: { error: { target: 'resultInfo/subcode' } } })
  }
})
