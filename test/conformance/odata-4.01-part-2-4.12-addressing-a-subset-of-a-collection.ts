import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '4.12',
  title: 'Addressing a Subset of a Collection',
  support: 'absent',
  note: 'There is no /$filter segment: use the query option.',
  async test (t, { notes, get }) {
    t.equal((await get(`${notes}/$filter(id%20eq%20'a')`)).status, 400)
    t.equal((await get(notes, { $filter: "id eq 'a'" })).status, 200)
  }
})
