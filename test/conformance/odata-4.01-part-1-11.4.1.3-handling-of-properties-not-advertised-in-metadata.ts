import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.4.1.3',
  title: 'Handling of Properties Not Advertised in Metadata',
  support: 'supported',
  note: 'An open type keeps a property that is not declared, a closed one refuses it.',
  async test (t, { notes, calls, create }) {
    t.match(await create(calls, { colour: 'red' }), { status: 201, body: { colour: 'red' } })
    t.match(await create(notes, { colour: 'red' }), { status: 400, body: { error: { target: 'colour' } } })
  }
})
