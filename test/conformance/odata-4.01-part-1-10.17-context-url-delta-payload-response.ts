import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '10.17',
  title: 'Context URL: Delta Payload Response',
  support: 'supported',
  note: 'The context of the answer to an update of a collection ends in /$delta.',
  async test (t, { notes, send }) {
    const { body } = await send('PATCH', notes, { '@context': '#$delta', value: [] })
    t.match(body['@odata.context'], /\/\$metadata#sites\('clause-\d+'\)\/onenote\/operations\/\$delta$/)
  }
})
