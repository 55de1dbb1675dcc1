import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.4',
  title: 'Requesting Individual Properties',
  support: 'absent',
  note: 'A property has no URL of its own: use $select.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a', percentComplete: '5' })
    t.equal((await get(`${notes}/a/percentComplete`)).status, 404)
    t.equal((await get(`${notes}('a')/percentComplete`)).status, 404)
  }
})
