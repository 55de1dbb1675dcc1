import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.14.1',
  title: 'Primitive Literals',
  support: 'supported',
  note: 'Texts with doubled quotes, numbers, booleans, date-times with an offset, and enumeration names with or without their type.',
  async test (t, { notes, calls, get, create, idsOf }) {
    await create(calls, { id: 'a', who: "O'Neill", size: 1500, open: true }, { id: 'b', size: 2, status: 'Running' })
    for (const filter of ["who eq 'O''Neill'", 'size eq 1.5e3', 'open eq true', 'size gt -1 and open eq true']) t.equal(await idsOf(calls, { $filter: filter }), 'a', filter)
    for (const filter of ["status eq 'running'", "status eq microsoft.graph.operationStatus'Running'"]) t.equal(await idsOf(calls, { $filter: filter }), 'b', filter)
    await create(notes, { id: 'c', createdDateTime: '2016-12-31T23:57:10.8757278+03:00' })
    t.equal(await idsOf(notes, { $filter: 'createdDateTime lt 2016-12-31T20:57:10.8757279Z' }), 'c')
    t.match(await get(notes, { $filter: "createdDateTime lt '2017-01-01'" }), { status: 400, body: { error: { message: /without quotes/ } } })
  }
})
