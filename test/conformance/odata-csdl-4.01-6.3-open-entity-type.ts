import { clause } from '../support/clause.js'

export default clause({
  source: 'OData CSDL 4.01',
  section: '6.3',
  title: 'Open Entity Type',
  support: 'supported',
  note: 'commsOperation and what is derived from it keep dynamic properties; onenoteOperation is closed.',
  async test (t, { calls, send, get, create }) {
    await create(calls, { id: 'a', '@odata.type': '#microsoft.graph.recordOperation', colour: 'red' })
    t.equal((await send('PATCH', `${calls}/a`, { size: 5 })).body.colour, 'red')
    t.notOk('colour' in (await send('PATCH', `${calls}/a`, { colour: null })).body, 'null removes one')
    t.match(await create(calls, { 'no name': 1 }), { status: 400, body: { error: { target: 'no name' } } })
    const { 'microsoft.graph': types } = (await get('/v1.0/$metadata', {}, { accept: 'application/json' })).body
    t.equal(types.commsOperation.$OpenType, true)
    t.notOk(types.onenoteOperation.$OpenType)
  }
})
