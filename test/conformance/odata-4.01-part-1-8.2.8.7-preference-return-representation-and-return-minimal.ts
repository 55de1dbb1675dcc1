import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.8.7',
  title: 'Preference return=representation and return=minimal',
  support: 'supported',
  note: 'Writes answer with the representation, or with 204 where the preference is return=minimal.',
  async test (t, { notes, send, get }) {
    const minimal = await send('POST', notes, { id: 'a' }, { prefer: 'return=minimal' })
    t.match(minimal, { status: 204, text: '', headers: { 'preference-applied': 'return=minimal', etag: /^W\// } })
    const full = await send('PATCH', `${notes}/a`, { status: 'Running' }, { prefer: 'return=representation' })
    t.match(full, { status: 200, headers: { 'preference-applied': 'return=representation' }, body: { id: 'a', status: 'Running' } })
    t.notOk('preference-applied' in (await get(`${notes}/a`, {}, { prefer: 'return=minimal' })).headers, 'of no effect on a read')
  }
})
