import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.4.4',
  title: 'Upsert an Entity',
  support: 'deviates',
  note: 'PATCH creates what is not there only where Prefer: create-if-missing or If-None-Match: * asks for it, and is 404 otherwise.',
  async test (t, { notes, send }) {
    t.equal((await send('PATCH', `${notes}/a`, { percentComplete: '5' })).status, 404)
    const created = await send('PATCH', `${notes}/a`, { percentComplete: '5' }, { prefer: 'create-if-missing' })
    t.match(created, { status: 201, headers: { location: /\/a$/, 'preference-applied': 'create-if-missing' }, body: { id: 'a', percentComplete: '5' } })
    t.match(await send('PATCH', `${notes}/a`, { resourceId: 'r' }, { prefer: 'create-if-missing' }), { status: 200, body: { percentComplete: '5', resourceId: 'r' } })
  }
})
