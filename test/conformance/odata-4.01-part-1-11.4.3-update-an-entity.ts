import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.4.3',
  title: 'Update an Entity',
  support: 'supported',
  note: 'PATCH merges: what is absent stays, null clears, complex values are merged, and what cannot change is ignored.',
  async test (t, { notes, send, create }) {
    const { body: { createdDateTime } } = await create(notes, { id: 'a', status: 'Failed', percentComplete: '5', resourceId: 'r', error: { code: 'c', message: 'm' } })
    const { status, body } = await send('PATCH', `${notes}/a`, { percentComplete: null, error: { message: 'n' }, createdDateTime: '2001-01-01T00:00:00Z' })
    t.equal(status, 200)
    t.match(body, { percentComplete: null, resourceId: 'r', error: { code: 'c', message: 'n' }, createdDateTime })
  }
})
