import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.6.3',
  title: 'System Query Option $top',
  support: 'deviates',
  note: 'It is the size of a page, as in Graph: a next link leads on to the rest; 0 is refused.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' }, { id: 'b' }, { id: 'c' })
    const { body } = await get(notes, { $top: '2' })
    t.equal(body.value.length, 2)
    t.match(await get(body['@odata.nextLink']), { status: 200, body: { value: [{ id: 'c' }] } })
    t.match(await get(notes, { $top: '0' }), { status: 400, body: { error: { target: '$top' } } })
  }
})
