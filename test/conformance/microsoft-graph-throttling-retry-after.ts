import { GraphError } from '../../index.js'
import { makeApp } from '../support/app.js'
import { clause } from '../support/clause.js'
import { makePlace } from '../support/place.js'

export default clause({
  source: 'Microsoft Graph',
  section: 'Throttling',
  title: 'Retry-After',
  support: 'deviates',
  note: 'This package counts no requests: a 429 of the host\'s own limiter goes out in Graph\'s envelope, Retry-After included.',
  async test (t) {
    const auth = () => { throw new GraphError('activityLimitReached', undefined, { headers: { 'retry-after': '7' } }) }
    const { notes, get } = makePlace(await makeApp(t, { auth }))
    t.match(await get(notes), { status: 429, headers: { 'retry-after': '7' }, body: { error: { code: 'activityLimitReached' } } })
  }
})
