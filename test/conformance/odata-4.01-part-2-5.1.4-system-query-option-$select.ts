import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.4',
  title: 'System Query Option $select',
  support: 'supported',
  note: 'Items are separated by commas, at most 50; type casts and nested options are 400.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a', percentComplete: '5' })
    t.match((await get(notes, { $select: ' percentComplete , id ' })).body.value, [{ id: 'a', percentComplete: '5' }])
    for (const $select of ['status,', 'error($select=code)', 'microsoft.graph.onenoteOperation/status', Array.from({ length: 51 }, () => 'id').join(',')]) {
      t.match(await get(notes, { $select }), { status: 400, body: { error: { target: '$select' } } })
    }
  }
})
