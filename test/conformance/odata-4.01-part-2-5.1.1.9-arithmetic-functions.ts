import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.9',
  title: 'Arithmetic Functions',
  support: 'refused',
  note: 'Not one of the functions that are there: 400 that names it.',
  async test (t, { notes, get }) {
    for (const call of ['ceiling(1.5)', 'floor(1.5)', 'round(1.5)']) {
      const name = call.slice(0, call.indexOf('('))
      t.match(await get(notes, { $filter: `${call} eq 1` }), { status: 400, body: { error: { target: '$filter', message: new RegExp(`"${name}" is not supported`) } } })
    }
  }
})
