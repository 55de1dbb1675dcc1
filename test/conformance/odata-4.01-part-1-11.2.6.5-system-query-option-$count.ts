import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.6.5',
  title: 'System Query Option $count',
  support: 'supported',
  note: 'With $count=true the list says how many operations the filter lets through, whatever the page.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' }, { id: 'b' }, { id: 'c' })
    const { body } = await get(notes, { $count: 'true', $filter: "id ne 'a'", $top: '1', $skip: '1' })
    t.equal(body['@odata.count'], 2)
    t.equal(body.value.length, 1)
    t.notOk('@odata.count' in (await get(notes, { $count: 'false' })).body)
  }
})
