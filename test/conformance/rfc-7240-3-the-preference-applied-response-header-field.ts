import { clause } from '../support/clause.js'

export default clause({
  source: 'RFC 7240',
  section: '3',
  title: 'The Preference-Applied Response Header Field',
  support: 'supported',
  note: 'Preferences that were followed are listed, by the name that 4.0 has for them.',
  async test (t, { notes, send, get, create }) {
    await create(notes, { id: 'a' })
    t.equal((await get(notes, {}, { prefer: 'maxpagesize=5' })).headers['preference-applied'], 'odata.maxpagesize=5')
    t.equal((await send('PATCH', `${notes}/a`, {}, { prefer: 'return=nothing' })).headers['preference-applied'], undefined)
  }
})
