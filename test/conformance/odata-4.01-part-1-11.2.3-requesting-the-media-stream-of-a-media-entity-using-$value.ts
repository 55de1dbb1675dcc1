import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.3',
  title: 'Requesting the Media Stream of a Media Entity using $value',
  support: 'absent',
  note: 'Operations are not media entities; the URL is 404.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' })
    t.equal((await get(`${notes}/a/$value`)).status, 404)
  }
})
