import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.2',
  title: 'Requesting Individual Entities',
  support: 'supported',
  note: 'An operation is read at its URL; $select may go with it.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a', percentComplete: '5' })
    t.match(await get(`${notes}/a`), { status: 200, body: { id: 'a', percentComplete: '5', status: 'NotStarted' } })
    t.notOk('status' in (await get(`${notes}/a`, { $select: 'percentComplete' })).body)
  }
})
