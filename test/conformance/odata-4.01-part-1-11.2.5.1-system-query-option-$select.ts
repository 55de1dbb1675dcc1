import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.5.1',
  title: 'System Query Option $select',
  support: 'supported',
  note: 'Declared properties, members of complex ones, dynamic properties of open types, and *; the key and control information are always there.',
  async test (t, { notes, calls, get, create }) {
    await create(calls, { id: 'a', status: 'Failed', colour: 'red', clientContext: 'c', resultInfo: { code: 500, subcode: 1, message: 'm' } })
    const { body } = await get(calls, { $select: 'status,colour,resultInfo/code' })
    const { '@odata.etag': etag, ...members } = body.value[0]
    t.type(etag, 'string')
    t.strictSame(members, { '@odata.type': '#microsoft.graph.commsOperation', id: 'a', status: 'Failed', colour: 'red', resultInfo: { '@odata.type': '#microsoft.graph.resultInfo', code: 500 } })
    t.match(await get(notes, { $select: 'colour' }), { status: 400, body: { error: { target: '$select', message: /colour/ } } })
  }
})
