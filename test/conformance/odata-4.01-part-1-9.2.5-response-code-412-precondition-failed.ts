import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '9.2.5',
  title: 'Response Code 412 Precondition Failed',
  support: 'supported',
  note: 'A change whose precondition does not hold is 412 and is not made.',
  async test (t, { notes, send, create, idsOf }) {
    await create(notes, { id: 'a' })
    t.match(await send('DELETE', `${notes}/a`, undefined, { 'if-match': 'W/"old"' }), { status: 412, body: { error: { code: 'resourceModified' } } })
    t.equal(await idsOf(notes), 'a')
  }
})
