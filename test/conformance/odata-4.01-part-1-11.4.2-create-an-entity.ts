import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.4.2',
  title: 'Create an Entity',
  support: 'supported',
  note: 'POST to the collection creates; the service chooses what is not given; a taken id is 409.',
  async test (t, { notes, create }) {
    const { status, body } = await create(notes, { percentComplete: '5' })
    t.equal(status, 201)
    t.match(body, { id: /^[0-9a-f-]{36}$/, status: 'NotStarted', percentComplete: '5', createdDateTime: /Z$/ })
    t.match(await create(notes, { id: body.id }), { status: 409, body: { error: { code: 'nameAlreadyExists', target: 'id' } } })
  }
})
