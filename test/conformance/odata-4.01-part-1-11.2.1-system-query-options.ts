import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.1',
  title: 'System Query Options',
  support: 'supported',
  note: 'Names may stand without $ and in any case, each once; what is not supported is a 400 that names it.',
  async test (t, { notes, get, create, idsOf }) {
    await create(notes, { id: 'a' }, { id: 'b' })
    t.equal(await idsOf(notes, { top: '1' }), 'a')
    t.equal(await idsOf(notes, { $ORDERBY: 'id desc' }), 'ba')
    t.match(await get(`${notes}?$top=1&top=2`), { status: 400, body: { error: { target: '$top', message: /twice/ } } })
    t.match(await get(notes, { expand: 'x' }), { status: 400, body: { error: { target: '$expand' } } })
  }
})
