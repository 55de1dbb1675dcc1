import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.3',
  title: 'Grouping',
  support: 'supported',
  note: 'Parentheses bind tightest, up to 16 levels deep.',
  async test (t, { notes, get, create, idsOf }) {
    await create(notes, { id: 'a', percentComplete: '1', status: 'Running' }, { id: 'b', percentComplete: '2', status: 'Completed' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "(id eq 'a' or id eq 'b') and status eq 'Completed'" }), 'b')
    t.equal((await get(notes, { $filter: `${'('.repeat(16)}true${')'.repeat(16)}` })).status, 200)
    t.equal((await get(notes, { $filter: `${'('.repeat(17)}true${')'.repeat(17)}` })).status, 400)
  }
})
