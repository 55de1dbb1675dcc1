import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.3.1',
  title: 'Delta Links',
  support: 'absent',
  note: 'Lists have no delta link, and $deltatoken is refused.',
  async test (t, { notes, get }) {
    t.notOk('@odata.deltaLink' in (await get(notes)).body)
    t.match(await get(notes, { $deltatoken: 'x' }), { status: 400, body: { error: { target: '$deltatoken' } } })
  }
})
