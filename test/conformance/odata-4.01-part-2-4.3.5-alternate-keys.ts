import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '4.3.5',
  title: 'Alternate Keys',
  support: 'absent',
  note: 'Operations have one key, id: another one in parentheses is 400.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a', resourceId: 'r' })
    t.equal((await get(`${notes}(resourceId='r')`)).status, 400)
  }
})
