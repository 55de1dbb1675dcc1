import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.6',
  title: 'Asynchronous Requests',
  support: 'absent',
  note: 'Every request is done when it is answered; $metadata says so.',
  async test (t, { notes, send, get }) {
    const { body } = await get('/v1.0/$metadata', {}, { accept: 'application/json' })
    t.equal(body.graphOperations.Service['@Capabilities.AsynchronousRequestsSupported'], false)
    t.notOk('asyncresult' in (await send('POST', notes, {}, { prefer: 'respond-async' })).headers)
  }
})
