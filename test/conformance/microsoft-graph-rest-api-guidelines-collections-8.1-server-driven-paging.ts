import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph REST API Guidelines',
  section: 'Collections, 8.1',
  title: 'Server-driven paging',
  support: 'supported',
  note: 'A list without $top has at most 100 operations and a next link.',
  async test (t, { notes, send, get }) {
    for (const start of [0, 60]) {
      const value = Array.from({ length: 60 }, (_, index) => ({ id: String(start + index) }))
      await send('PATCH', notes, { '@context': '#$delta', value }, { prefer: 'return=minimal' })
    }
    const { body } = await get(notes)
    t.equal(body.value.length, 100)
    t.equal((await get(body['@odata.nextLink'])).body.value.length, 20)
  }
})
