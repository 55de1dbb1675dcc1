import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.6',
  title: 'Header Isolation (OData-Isolation)',
  support: 'refused',
  note: 'Snapshots are not supported: a request that asks for one is 412 and nothing is done.',
  async test (t, { notes, send, get, idsOf }) {
    for (const name of ['isolation', 'odata-isolation']) {
      t.match(await send('POST', notes, {}, { [name]: 'snapshot' }), { status: 412, body: { error: { target: /Isolation$/, message: /snapshot/ } } })
      t.equal((await get(notes, {}, { [name]: 'snapshot' })).status, 412)
    }
    t.equal(await idsOf(notes), '')
  }
})
