import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.8.5',
  title: 'Preference maxpagesize (odata.maxpagesize)',
  support: 'supported',
  note: 'Pages have at most so many operations, further pages too, and the answer says that the preference was applied.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' }, { id: 'b' }, { id: 'c' })
    const { headers, body } = await get(notes, {}, { prefer: 'odata.maxpagesize=1' })
    t.equal(headers['preference-applied'], 'odata.maxpagesize=1')
    t.equal(body.value.length, 1)
    const second = await get(body['@odata.nextLink'])
    t.equal(second.body.value.length, 1)
    t.equal(second.body.value[0].id, 'b')
  }
})
