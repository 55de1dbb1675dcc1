import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '10.3',
  title: 'Context URL: Entity',
  support: 'supported',
  note: 'The context of one operation is that of its collection with /$entity after it.',
  async test (t, { notes, get, create }) {
    const list = (await get(notes)).body['@odata.context']
    t.equal((await create(notes, { id: 'a' })).body['@odata.context'], `${list}/$entity`)
    t.equal((await get(`${notes}/a`)).body['@odata.context'], `${list}/$entity`)
  }
})
