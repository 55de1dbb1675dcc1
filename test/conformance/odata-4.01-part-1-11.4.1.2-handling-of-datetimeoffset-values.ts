import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.4.1.2',
  title: 'Handling of DateTimeOffset Values',
  support: 'supported',
  note: 'The text of a date-time is kept as it was given, offset and seven fraction digits included.',
  async test (t, { notes, get, create, idsOf }) {
    const createdDateTime = '2016-12-31T23:57:10.8757278+03:00'
    await create(notes, { id: 'a', createdDateTime })
    t.equal((await get(`${notes}/a`)).body.createdDateTime, createdDateTime)
    t.equal(await idsOf(notes, { $filter: 'createdDateTime eq 2016-12-31T20:57:10.8757278Z' }), 'a', 'compared as an instant')
  }
})
