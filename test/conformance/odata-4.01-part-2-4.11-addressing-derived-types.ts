import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '4.11',
  title: 'Addressing Derived Types',
  support: 'absent',
  note: 'A type name is no segment of a path.',
  async test (t, { calls, get, create }) {
    await create(calls, { id: 'a', '@odata.type': '#microsoft.graph.recordOperation' })
    t.equal((await get(`${calls}/a/microsoft.graph.recordOperation`)).status, 404)
    t.equal((await get(`${calls}/microsoft.graph.recordOperation/a`)).status, 404)
  }
})
