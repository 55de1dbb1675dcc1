import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.3.6',
  title: 'Header Preference-Applied',
  support: 'supported',
  note: 'The answer lists every preference that was followed, and no other.',
  async test (t, { notes, send }) {
    const { headers } = await send('PATCH', `${notes}/a`, {}, { prefer: 'return=minimal, respond-async, create-if-missing' })
    t.equal(headers['preference-applied'], 'create-if-missing, return=minimal')
  }
})
