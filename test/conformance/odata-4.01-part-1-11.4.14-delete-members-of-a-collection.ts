import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.4.14',
  title: 'Delete Members of a Collection',
  support: 'absent',
  note: 'There is no $each, and a collection cannot be deleted.',
  async test (t, { notes, send, create, idsOf }) {
    await create(notes, { id: 'a' })
    t.equal((await send('DELETE', `${notes}/$each`)).status, 400)
    t.equal((await send('DELETE', notes)).status, 405)
    t.equal(await idsOf(notes), 'a')
  }
})
