import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph',
  section: 'Update operations',
  title: 'PATCH of a collection, which operation',
  support: 'supported',
  note: 'The one that id names, else the only one; none is 404, several are 400.',
  async test (t, { notes, send, create }) {
    t.equal((await send('PATCH', notes, {})).status, 404)
    await create(notes, { id: 'a' }, { id: 'b' })
    t.match(await send('PATCH', notes, {}), { status: 400, body: { error: { target: 'id' } } })
    t.match(await send('PATCH', notes, { id: 'b', percentComplete: '5' }), { status: 200, body: { id: 'b', percentComplete: '5' } })
    t.equal((await send('PATCH', notes, { id: 'z' })).status, 404)
  }
})
