import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.12',
  title: 'System Query Option $schemaversion',
  support: 'refused',
  note: 'There is one version of the schema: 400.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $schemaversion: '*' }), { status: 400, body: { error: { target: '$schemaversion', message: /not supported/ } } })
    t.equal((await get(notes, { schemaversion: '*' })).status, 400, 'without its $ too')
  }
})
