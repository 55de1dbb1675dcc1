import { makeApp } from '../support/app.js'
import { clause } from '../support/clause.js'
import { makePlace } from '../support/place.js'

export default clause({
  source: 'Microsoft Graph',
  section: 'operationStatus',
  title: 'Values',
  support: 'supported',
  note: 'NotStarted, Running, Completed and Failed, forward only: going back is 409 unless the host allows it.',
  async test (t, { notes, send, create }) {
    await create(notes, { id: 'a' })
    for (const status of ['Running', 'Completed', 'Completed']) t.equal((await send('PATCH', `${notes}/a`, { status })).status, 200)
    for (const status of ['NotStarted', 'Failed', null]) t.match(await send('PATCH', `${notes}/a`, { status }), { status: 409, body: { error: { code: 'invalidStatusTransition', target: 'status' } } })
    const free = makePlace(await makeApp(t, { transitions: 'any' }))
    await free.create(free.notes, { id: 'a', status: 'Completed' })
    t.equal((await free.send('PATCH', `${free.notes}/a`, { status: 'Running' })).status, 200)
  }
})
