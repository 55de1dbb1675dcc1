import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.4.13',
  title: 'Update Members of a Collection',
  support: 'absent',
  note: 'There is no $each: changes name their operations.',
  async test (t, { notes, send, get, create }) {
    await create(notes, { id: 'a' })
    t.equal((await send('PATCH', `${notes}/$each`, { status: 'Running' })).status, 400)
    t.equal((await get(`${notes}/a`)).body.status, 'NotStarted')
  }
})
