import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '9.2.4',
  title: 'Response Code 410 Gone',
  support: 'absent',
  note: 'There are no delta links to outlive their data, and next links do not expire: a deleted operation is 404.',
  async test (t, { notes, send, get, create }) {
    await create(notes, { id: 'a' }, { id: 'b' })
    const { body } = await get(notes, { $top: '1' })
    await send('DELETE', `${notes}/a`)
    t.equal((await get(`${notes}/a`)).status, 404)
    t.match(await get(body['@odata.nextLink']), { status: 200, body: { value: [{ id: 'b' }] } })
  }
})
