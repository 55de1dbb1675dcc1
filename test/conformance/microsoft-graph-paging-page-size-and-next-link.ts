import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph',
  section: 'Paging',
  title: 'Page size and next link',
  support: 'supported',
  note: '$top is the page size, 100 unless said and at most 1,000; the next link is absolute and keeps the query.',
  async test (t, { notes, get, create }) {
    await create(notes, ...Array.from({ length: 3 }, (_, index) => ({ id: `n${index}`, percentComplete: '5' })))
    const { body } = await get(notes, { $top: '1', $filter: "percentComplete eq '5'", $select: 'percentComplete' })
    const next = new URL(body['@odata.nextLink'])
    t.strictSame([...next.searchParams.keys()], ['$filter', '$select', '$top', '$skiptoken'])
    t.notOk('status' in (await get(next.href)).body.value[0])
    t.match(await get(notes, { $top: '1001' }), { status: 400, body: { error: { message: /1000/ } } })
  }
})
