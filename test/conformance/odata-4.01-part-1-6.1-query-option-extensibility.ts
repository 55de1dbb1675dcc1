import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '6.1',
  title: 'Query Option Extensibility',
  support: 'supported',
  note: 'A query option that is neither OData\'s nor the route\'s is a 400 that names it.',
  async test (t, { notes, get }) {
    const answer = await get(notes, { colour: 'red' })
    t.match(answer, { status: 400, body: { error: { target: 'colour', message: /not a query option/ } } })
  }
})
