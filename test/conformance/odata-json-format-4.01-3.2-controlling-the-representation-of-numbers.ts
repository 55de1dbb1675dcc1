import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '3.2',
  title: 'Controlling the Representation of Numbers',
  support: 'supported',
  note: 'With IEEE754Compatible=true numbers of 64 bits are texts, others are not.',
  async test (t, { calls, get, create }) {
    await create(calls, { id: 'a', 'big@odata.type': '#Int64', big: 5, small: 5 })
    const { headers, body } = await get(`${calls}/a`, {}, { accept: 'application/json;IEEE754Compatible=true' })
    t.match(headers['content-type'], /IEEE754Compatible=true/)
    t.match(body, { big: '5', small: 5 })
    t.equal((await get(`${calls}/a`)).body.big, 5)
  }
})
