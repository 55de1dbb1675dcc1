import { memoryStore, StoreUnavailableError } from '../../index.js'
import { makeApp } from '../support/app.js'
import { clause } from '../support/clause.js'
import { makePlace } from '../support/place.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.3.7',
  title: 'Header Retry-After',
  support: 'supported',
  note: 'A service that cannot answer for now says in how many seconds to try again.',
  async test (t) {
    const store = { ...memoryStore(), list: async () => { throw new StoreUnavailableError('away') } }
    const { notes, get } = makePlace(await makeApp(t, { store }))
    t.match(await get(notes), { status: 503, headers: { 'retry-after': '1' }, body: { error: { code: 'serviceNotAvailable' } } })
  }
})
