import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '4.10',
  title: 'Addressing a Member of an Ordered Collection',
  support: 'absent',
  note: 'A number after a collection is the key of an operation, not its place.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' })
    t.equal((await get(`${notes}/0`)).status, 404)
    await create(notes, { id: '0' })
    t.match(await get(`${notes}/0`), { status: 200, body: { id: '0' } })
  }
})
