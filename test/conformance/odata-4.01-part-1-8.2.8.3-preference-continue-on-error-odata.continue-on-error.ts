import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.8.3',
  title: 'Preference continue-on-error (odata.continue-on-error)',
  support: 'supported',
  note: 'The changes of a delta payload succeed and fail each on its own.',
  async test (t, { notes, send, idsOf }) {
    const delta = { '@context': '#$delta', value: [{ id: 'a' }, { id: 'b', percentComplete: 5 }] }
    t.equal((await send('PATCH', notes, delta)).status, 400)
    t.equal(await idsOf(notes), '', 'without it all or none')
    const { status, headers, body } = await send('PATCH', notes, delta, { prefer: 'continue-on-error' })
    t.equal(status, 200)
    t.equal(headers['preference-applied'], 'odata.continue-on-error=true')
    t.match(body.value[1]['@Core.DataModificationException'], { failedOperation: 'insert', responseCode: 400 })
    t.equal(await idsOf(notes), 'a')
  }
})
