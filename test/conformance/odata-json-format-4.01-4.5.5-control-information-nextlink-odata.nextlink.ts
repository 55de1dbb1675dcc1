import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '4.5.5',
  title: 'Control Information: nextLink (odata.nextLink)',
  support: 'supported',
  note: 'Absolute, and absent on the last page; its token is sealed, and a changed one is 400.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' }, { id: 'b' })
    const next = (await get(notes, { $top: '1' })).body['@odata.nextLink'] as string
    t.match(next, /^http:\/\/localhost:80\/.*\$skiptoken=/)
    t.notOk('@odata.nextLink' in (await get(next)).body)
    t.match(await get(`${next}x`), { status: 400, body: { error: { target: '$skiptoken' } } })
    t.match(await get(next.replace('$top=1', '$top=2')), { status: 400, body: { error: { target: '$skiptoken' } } })
  }
})
