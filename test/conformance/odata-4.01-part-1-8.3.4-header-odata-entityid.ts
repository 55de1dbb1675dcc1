import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.3.4',
  title: 'Header OData-EntityId',
  support: 'supported',
  note: 'A create or upsert that answers 204 says the entity-id, which is the URL.',
  async test (t, { notes, send }) {
    const minimal = { prefer: 'return=minimal' }
    t.match(await send('POST', notes, { id: 'a' }, minimal), { status: 204, headers: { 'odata-entityid': `http://localhost:80${notes}/a` } })
    t.match(await send('PATCH', `${notes}/b`, {}, { prefer: 'return=minimal, create-if-missing' }), { status: 204, headers: { 'odata-entityid': `http://localhost:80${notes}/b` } })
    t.notOk('odata-entityid' in (await send('PATCH', `${notes}/a`, {}, minimal)).headers, 'an update creates nothing')
  }
})
