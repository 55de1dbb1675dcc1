import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.2',
  title: 'Custom Query Options',
  support: 'refused',
  note: 'No route has any: 400 that names it.',
  async test (t, { notes, get }) {
    for (const name of ['debug', 'api-version', '$contoso']) t.match(await get(notes, { [name]: '1' }), { status: 400, body: { error: { target: name } } })
  }
})
