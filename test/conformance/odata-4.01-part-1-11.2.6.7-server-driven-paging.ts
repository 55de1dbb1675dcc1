import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.6.7',
  title: 'Server-Driven Paging',
  support: 'supported',
  note: 'A list of more than a page has a next link, the last page has none, and each operation is seen once though others come and go.',
  async test (t, { notes, send, get, create }) {
    const ids = Array.from({ length: 5 }, (_, index) => `n${index}`)
    await create(notes, ...ids.map((id) => ({ id })))
    const seen: string[] = []
    for (let url: string | undefined = `${notes}?$top=2`; url !== undefined;) {
      const { body } = await get(url)
      seen.push(...(body.value as Array<{ id: string }>).map(({ id }) => id))
      await send('DELETE', `${notes}/n0`)
      url = body['@odata.nextLink']
    }
    t.strictSame(seen, ids)
  }
})
