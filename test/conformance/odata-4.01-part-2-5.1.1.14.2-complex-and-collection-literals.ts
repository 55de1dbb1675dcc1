import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.14.2',
  title: 'Complex and Collection Literals',
  support: 'refused',
  note: 'Literals are primitive: objects and lists in JSON are 400.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $filter: "status in ['Running']" }), { status: 400, body: { error: { target: '$filter', message: /"\[" is not expected \(at character 11\)/ } } })
    t.equal((await get(notes, { $filter: 'error eq {"code":"x"}' })).status, 400)
  }
})
