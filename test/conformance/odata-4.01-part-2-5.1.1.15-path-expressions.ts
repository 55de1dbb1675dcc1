import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.15',
  title: 'Path Expressions',
  support: 'supported',
  note: 'A path leads into complex values and dynamic ones; what a closed type does not declare is 400, and type casts are too.',
  async test (t, { notes, calls, get, create, idsOf }) {
    await create(notes, { id: 'a', error: { code: 'x' } }, { id: 'b' })
    t.equal(await idsOf(notes, { $filter: "error/code eq 'x'" }), 'a')
    await create(calls, { id: 'c', box: { size: 5 } })
    t.equal(await idsOf(calls, { $filter: 'box/size eq 5' }), 'c')
    t.match(await get(notes, { $filter: "Error/code eq 'x'" }), { status: 400, body: { error: { message: /did you mean "error"/ } } })
    t.match(await get(notes, { $filter: "microsoft.graph.onenoteOperation/id eq 'a'" }), { status: 400, body: { error: { message: /type cast/ } } })
  }
})
