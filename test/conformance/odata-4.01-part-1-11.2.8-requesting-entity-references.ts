import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.8',
  title: 'Requesting Entity References',
  support: 'absent',
  note: 'References to operations have no URL.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' })
    t.equal((await get(`${notes}/a/$ref`)).status, 404)
    t.equal((await get(`${notes}/$ref`)).status, 400, 'which cannot be the id of an operation')
  }
})
