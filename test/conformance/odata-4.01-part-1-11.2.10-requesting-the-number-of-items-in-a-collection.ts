import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.10',
  title: 'Requesting the Number of Items in a Collection',
  support: 'supported',
  note: '/$count answers with the number as plain text, of those that $filter lets through.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' }, { id: 'b' })
    t.match(await get(`${notes}/$count`), { status: 200, text: '2', headers: { 'content-type': /^text\/plain/ } })
    t.equal((await get(`${notes}/$count`, { $filter: "id eq 'a'" })).text, '1')
    t.equal((await get(`${notes}/$count`, { $top: '1' })).status, 400)
  }
})
