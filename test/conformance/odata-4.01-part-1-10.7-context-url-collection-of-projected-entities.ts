import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '10.7',
  title: 'Context URL: Collection of Projected Entities',
  support: 'supported',
  note: 'The context of a list with $select lists what was selected, and the key that is always there.',
  async test (t, { notes, get }) {
    t.match((await get(notes, { $select: 'status,error/code' })).body['@odata.context'], /\/operations\(id,status,error\/code\)$/)
    t.match((await get(notes, { $select: '*' })).body['@odata.context'], /\/operations$/)
  }
})
