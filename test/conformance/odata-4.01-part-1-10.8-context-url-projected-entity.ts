import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '10.8',
  title: 'Context URL: Projected Entity',
  support: 'supported',
  note: 'The context of one operation with $select lists what was selected before /$entity.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' })
    t.match((await get(`${notes}/a`, { $select: 'status' })).body['@odata.context'], /\/operations\(id,status\)\/\$entity$/)
  }
})
