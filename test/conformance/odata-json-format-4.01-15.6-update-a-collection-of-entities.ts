import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '15.6',
  title: 'Update a Collection of Entities',
  support: 'supported',
  note: 'Core.ContentID of a change comes back with it; a change that failed is told by Core.DataModificationException.',
  async test (t, { notes, send }) {
    const value = [{ '@Core.ContentID': '1', id: 'a' }, { '@Core.ContentID': '2', id: 'b', percentComplete: 5 }]
    const { body } = await send('PATCH', notes, { '@context': '#$delta', value }, { prefer: 'odata.continue-on-error' })
    t.match(body.value, [{ '@Core.ContentID': '1', id: 'a' }, { '@Core.ContentID': '2', id: 'b', '@removed': {}, '@Core.DataModificationException': { failedOperation: 'insert', responseCode: 400, info: { code: 'invalidRequest' } } }])
  }
})
