import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '9.1.2',
  title: 'Response Code 201 Created',
  support: 'supported',
  note: 'A create answers 201 with the operation.',
  async test (t, { notes, create }) {
    t.match(await create(notes, { id: 'a' }), { status: 201, body: { id: 'a' } })
  }
})
