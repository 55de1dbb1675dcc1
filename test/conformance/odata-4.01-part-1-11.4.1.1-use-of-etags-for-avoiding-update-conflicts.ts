import { makeApp } from '../support/app.js'
import { clause } from '../support/clause.js'
import { makePlace } from '../support/place.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.4.1.1',
  title: 'Use of ETags for Avoiding Update Conflicts',
  support: 'supported',
  note: 'Of two writers with one entity tag the second one is 412; where the host requires If-Match, leaving it out is 428.',
  async test (t, { notes, send, get, create }) {
    const { headers } = await create(notes, { id: 'a' })
    const based = { 'if-match': String(headers.etag) }
    t.equal((await send('PATCH', `${notes}/a`, { percentComplete: '1' }, based)).status, 200)
    t.equal((await send('PATCH', `${notes}/a`, { percentComplete: '2' }, based)).status, 412)
    t.equal((await get(`${notes}/a`)).body.percentComplete, '1')
    const strict = makePlace(await makeApp(t, { requireIfMatch: true }))
    await strict.create(strict.notes, { id: 'a' })
    t.equal((await strict.send('PATCH', `${strict.notes}/a`, {})).status, 428)
  }
})
